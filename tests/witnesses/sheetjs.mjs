// Reads workbooks with SheetJS: the values that are saved in them.
//
//   node sheetjs.mjs NODE_MODULES BOOK ...
//
// For each book a line is printed, a list of its cells as JSON: [sheet, row, column, value, formula].  Rows and columns
// count from 1; the value of an error is null, and so is the formula of a cell that has none.
import { createRequire } from "node:module";

const [, , modules, ...books] = process.argv;
const XLSX = createRequire(`${modules}/`)("xlsx");

function* cellsOf(workbook) {
  for (const sheet of workbook.SheetNames) {
    for (const [address, cell] of Object.entries(workbook.Sheets[sheet])) {
      if (address.startsWith("!") || cell.t === "z") continue; // what is no cell, and cells with a style alone
      const at = XLSX.utils.decode_cell(address);
      yield [sheet, at.r + 1, at.c + 1, cell.t === "e" ? null : cell.v, cell.f ?? null];
    }
  }
}

for (const book of books) {
  console.log(JSON.stringify([...cellsOf(XLSX.readFile(book, { cellText: false, cellHTML: false }))]));
}
