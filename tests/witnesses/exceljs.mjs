// Reads workbooks with exceljs, on which many previews in the browser are built: their values and formulas.
//
//   node exceljs.mjs NODE_MODULES BOOK ...
//
// For each book a line is printed, a list of its cells as JSON: [sheet, row, column, value, formula].  Rows and columns
// count from 1; the value of an error is null, and so is the formula of a cell that has none.
import { createRequire } from "node:module";

const [, , modules, ...books] = process.argv;
const ExcelJS = createRequire(`${modules}/`)("exceljs");

function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if ("error" in value) return null;
  if ("richText" in value) return value.richText.map((run) => run.text).join("");
  return plain(value.text); // of a link
}

function* cellsOf(workbook) {
  for (const sheet of workbook.worksheets) {
    for (const row of sheet._rows) {
      for (const cell of row?._cells ?? []) {
        if (!cell || cell.type === ExcelJS.ValueType.Null || cell.type === ExcelJS.ValueType.Merge) continue;
        const value = cell.formula ? cell.result : cell.value; // the value of a formula's cell leaves out a result of 0
        yield [sheet.name, cell.row, cell.col, plain(value), cell.formula ?? null];
      }
    }
  }
}

for (const book of books) {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(book);
  console.log(JSON.stringify([...cellsOf(workbook)]));
}
