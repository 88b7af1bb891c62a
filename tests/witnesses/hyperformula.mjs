// Recalculates workbooks with HyperFormula, from their formulas and inputs alone.
//
//   node hyperformula.mjs NODE_MODULES < WORKBOOKS
//
// Each line of the input is a workbook as JSON: {"sheets": {NAME: [[content, ...], ...]}, "names": {NAME: FORMULA}}.
// A text that begins with "=" is a formula, one that begins with "'" is the text after it.  For each workbook a line is
// printed, {NAME: [[value, ...], ...]}; an error is an object, {"error": "#NUM!"}.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { HyperFormula } = createRequire(`${process.argv[2]}/`)("hyperformula");

const AS_IN_EXCEL = {
  licenseKey: "gpl-v3",
  smartRounding: false, // it would cut each value to some digits, and lose the tiniest to an overflow
  accentSensitive: true, // or "≠" equals "="
  useArrayArithmetic: true, // (B8:B127-B4)*(B8:B127-B4) within SUMPRODUCT
  evaluateNullToZero: true, // an empty cell that a formula refers to
  maxRows: 1048576,
  maxColumns: 16384,
};

function calculated({ sheets, names }) {
  const engine = HyperFormula.buildEmpty(AS_IN_EXCEL);
  engine.suspendEvaluation();
  for (const sheet of Object.keys(sheets)) engine.addSheet(sheet);
  for (const [name, formula] of Object.entries(names)) engine.addNamedExpression(name, formula);
  for (const [sheet, rows] of Object.entries(sheets)) engine.setSheetContent(engine.getSheetId(sheet), rows);
  engine.resumeEvaluation();
  const values = {};
  for (const sheet of Object.keys(sheets)) {
    values[sheet] = engine.getSheetValues(engine.getSheetId(sheet)).map((row) => row.map(plain));
  }
  engine.destroy();
  return values;
}

function plain(value) {
  return value !== null && typeof value === "object" ? { error: value.value } : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(calculated(JSON.parse(line))));
}
