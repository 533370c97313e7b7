// Compiles the style sheet and copies the fonts and icons that it names, and
// nothing else of the design system, into dist.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile } from "sass";

const here = import.meta.dirname;
const system = join(here, "node_modules", "@uswds", "uswds");
const dist = join(here, "dist");

for (const name of readdirSync(dist)) {
  if (name !== ".keep") rmSync(join(dist, name), { recursive: true });
}
const { css: compiled } = compile(join(here, "styles", "openiis.scss"), {
  loadPaths: [join(system, "packages")],
  style: "compressed",
  quietDeps: true,
});
// No page has slanted text: its fonts would be half of what the program carries.
const css = compiled.replaceAll(/@font-face\s*{[^}]*font-style:\s*italic[^}]*}/g, "");
writeFileSync(join(dist, "styles.css"), css);
for (const [, file] of css.matchAll(/url\("?((?:fonts|img)\/[^")]+)"?\)/g)) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(system, "dist", file), join(dist, file));
}
