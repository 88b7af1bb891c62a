"""The words of headings, language by language: what people call a loss, a learning rate, a gradient, a new value.

Words are compared in small letters and without accents; of Chinese, Japanese and Korean, whole headings are.
"""

from __future__ import annotations

LOSS = {  # of a loss in words, one of these at least
    "en": "loss losses cost costs error errors err risk objective criterion entropy crossentropy deviance residual",
    "short": "mse sse rmse rss ce bce nll mae ecm eqm mqf eqm sqr sce",
    "de": "fehler verlust kosten kostenfunktion verlustfunktion fehlerfunktion fehlerquadrat fehlerquadrate"
    " fehlerquadratsumme zielfunktion kreuzentropie quadratfehler gesamtfehler abweichungsquadrate",
    "es": "perdida coste costo entropia objetivo",
    "fr": "erreur erreurs perte cout entropie objectif ecart",
    "pt": "erro erros perda custo",
    "it": "errore errori perdita costi entropia",
    "nl": "fout verlies kosten",
}
MANNER = {  # and besides them only these
    "en": "half mean average avg total sum of the squared square squares absolute abs binary categorical cross log"
    " logistic negative neg minus likelihood loglikelihood training train batch overall huber hinge empirical least"
    " function value quadratic regularised regularized penalised penalized with penalty and per all",
    "signs": "l1 l2 e l j c 1/2 ½ 1/n 0.5",
    "de": "mittlerer mittlere mittleres quadratischer quadratischen quadratische halber summe der des gesamt mittel"
    " durchschnittlicher durchschnittliche",
    "es": "funcion de la del el total medio media cuadratico cuadrados cuadrado suma cruzada promedio",
    "fr": "fonction de la des du totale total moyenne moyen quadratique carres carre somme croisee",
    "pt": "funcao de da do dos quadratico quadrados soma cruzada medio media",
    "it": "funzione di del dei della quadratico quadrati somma incrociata medio media totale",
    "nl": "kwadratische gemiddelde totale van de",
}
LOSS_EASTERN = (  # whole headings, as a pattern
    r"(?:总|總|合計|全|平均|均方|二乗|平均二乗|半|二分之一|平方|绝对|絶対|交叉熵|交差エントロピー|二元|对数|対数"
    r"|训练|訓練|学習|负对数似然|经验|제곱|평균|총|[+\-]|正则化?)*"
    r"(?:损失|損失|误差|誤差|代价|代價|成本|コスト|风险|目标|目的|손실|오차|비용)(?:函数|函數|関数|함수|值|値|平方和|平方|和|の?合計)?"
    r"|(?:二元|平均)?(?:交叉熵|交差エントロピー(?:誤差)?)|负对数似然(?:函数)?|均方(?:误差|誤差)和?|(?:平均)?二乗和?誤差"
)
RATE = (
    r"eta|η|ƞ|ͷ|α|alpha|alfa|l\.?r\.?|learn|learn(?:ing)?[_-]?rate|step_?size|rate|gamma_?lr"
    r"|lernrate|lernschrittweite|schrittweite|lernfaktor|(?:tasa|ritmo|velocidad|factor)_de_aprendizaje|tasa"
    r"|(?:taux|coefficient|facteur)_?d['’]?_?apprentissage|taux|pas"
    r"|taxa(?:_de_aprendi(?:zado|zagem))?|tasso(?:_di_apprendimento)?|leersnelheid"
    r"|(?:шаг|скорость|темп|коэффициент)_?обучения"
    r"|学习率|學習率|学习速率|学习步长|步长|速率|学習率|学習係数|학습률"
)
GRADIENT = (  # before a parameter's name; Romance languages, German, Dutch
    r"gradientes?|gradienten?|gradienti|derivadas?(?:_parcial(?:es)?)?|derivees?(?:_partielles?)?|derivat[ae]"
    r"|(?:partielle_)?ableitung(?:en)?|pendiente|pente|steigung|afgeleide"
)
BY = r"de|da|do|di|du|des|von|nach|van|en|para|por|par|pour|rispetto_a|respecto_(?:a|de)|em_relacao_a|par_rapport_a"
GRADIENT_EASTERN = r"求?偏?导数?|偏?導數?|偏微分|微分|梯度|勾配|傾き|기울기|미분"
UPDATED = (
    r"new|next|updated|nuev[oa]s?|neu(?:e[rsn]?)?|nouve(?:au|lle)s?|nov[oa]s?|aggiornat[oa]|nieuwe?|actualizad[oa]s?"
)
UPDATED_EASTERN = r"更新后的?|更新後の?|新しい|新たな|新|새로운"
MEAN_OR_SUM = (  # around a derivative, over the samples
    r"mean|avg|average|sum|total|batch|overall|Σ|∑|promedio|media|suma|mittel(?:wert)?|durchschnitt|summe|moyenne"
    r"|somme|media|soma|平均|均值|合計|合计|总和|求和|总|和"
)
OF_A_KIND = (  # before a symbol: what kind of thing it is, or which of its values
    r"(?:(?:the|old|current|initial|start|starting|value|values|valor|valores|wert|valeur|valore|waarde|weights?|bias(?:es)?"
    r"|parameters?|param|coefficients?|coeff?|peso|pesos|poids|gewichte?|sesgo|biais|parametro|parametre|of|de|von|des|du|di)_)+"
)
TARGET = (
    r"t|target|y|y_?true|label|observed|actual|desired|expected|objetivo|deseado|esperado|ziel(?:wert)?|soll|sollwert"
    r"|cible|attendu|alvo|desejad[oa]|real|目标值?|目標値?|标签|真实值|正解|教師(?:データ)?|教師信号|정답"
)
PREDICTION = (
    r"y_?pred|pred(?:icted|iction)?|ŷ|y_?hat|yhat|output|out|guess|estimate|fit(?:ted)?|model|hypothesis|h|prediccion"
    r"|prevision|estimado|vorhersage|ausgabe|prognose|prediction|sortie|predicao|previsto|saida|salida"
    r"|预测值?|輸出|输出|出力|予測値?|예측"
)


def words_of(table: dict[str, str]) -> frozenset[str]:
    """All words of a table."""
    return frozenset(word for words in table.values() for word in words.split())
