// Bundles the page into engine/workbench/page, where a user who only has Python finds it. `make desk` runs this.
//
// The first line of the bundle says what it was built from: tests/workbench compares that with the sources.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = "../../engine/workbench/page";

// The same sum, over the same files in the same order, as in tests/workbench/test_bundle.py.
const sum = createHash("sha256");
for (const path of [
  "package.json", "package-lock.json", "build.mjs", "../vscode/syntaxes/contract.tmLanguage.json",
  ...readdirSync("src").sort().map((name) => `src/${name}`),
]) {
  sum.update(path + "\n").update(readFileSync(path));
}
const made = await build({
  entryPoints: { desk: "src/main.js" }, bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8",
  outdir: out, legalComments: "none", banner: { js: `// built from ${sum.digest("hex")} by: make desk` },
  metafile: true, write: true,
});
writeFileSync(`${out}/desk.css`, readFileSync("src/desk.css"));

// What is bundled may be given on with its licences beside it.
const packages = new Set();
for (const path of Object.keys(made.metafile.inputs)) {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (found) packages.add(found[1]);
}
const licences = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, "utf8").trim() : ""}\n`;
});
writeFileSync(`${out}/licences.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));
