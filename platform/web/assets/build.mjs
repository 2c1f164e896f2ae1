// Compiles the committed files in ../static/web: styles, icons, fonts, htmx. Our own scripts stand there as they are.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { compile } from "sass";

const out = new URL("../static/web/", import.meta.url).pathname;
const modules = new URL("./node_modules/", import.meta.url).pathname;
mkdirSync(`${out}fonts`, { recursive: true });

const styles = compile("styles/site.scss", {
  style: "compressed",
  loadPaths: [modules],
  quietDeps: true,
  silenceDeprecations: ["import"],
});
writeFileSync(`${out}site.css`, styles.css + "\n");
const consoleStyles = compile("styles/console.scss", { style: "compressed" });
writeFileSync(`${out}console.css`, consoleStyles.css + "\n");
const portalStyles = compile("styles/portal.scss", { style: "compressed" });
writeFileSync(`${out}portal.css`, portalStyles.css + "\n");
const guideStyles = compile("styles/guide.scss", { style: "compressed" });
writeFileSync(`${out}guide.css`, guideStyles.css + "\n");
copyFileSync(`${modules}htmx.org/dist/htmx.min.js`, `${out}htmx.min.js`);

const font = `${modules}@fontsource-variable/atkinson-hyperlegible-next/`;
for (const part of ["latin", "latin-ext"]) {
  copyFileSync(
    `${font}files/atkinson-hyperlegible-next-${part}-wght-normal.woff2`,
    `${out}fonts/atkinson-hyperlegible-next-${part}.woff2`,
  );
}

const icons = [
  "arrow-left", "arrow-right", "check", "chevron-down", "circle-alert", "clock", "download", "eye", "file-text", "flag", "inbox", "info",
  "lightbulb", "lock", "log-out", "mail", "message-circle", "pencil", "pin", "shield-check", "thumbs-down",
  "thumbs-up", "users", "x",
];
const symbols = icons.map((name) => {
  const svg = readFileSync(`${modules}lucide-static/icons/${name}.svg`, "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, " ").trim()}</symbol>`;
});
writeFileSync(
  `${out}icons.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
);

writeFileSync(
  `${out}LICENCES.txt`,
  [
    "site.css holds parts of govuk-frontend:\n",
    readFileSync("govuk-frontend.licence.txt", "utf8"),
    "htmx.min.js:\n",
    readFileSync(`${modules}htmx.org/LICENSE`, "utf8"),
    "icons.svg holds icons of Lucide:\n",
    readFileSync(`${modules}lucide-static/LICENSE`, "utf8"),
    "fonts/ holds Atkinson Hyperlegible Next:\n",
    readFileSync(`${font}LICENSE`, "utf8"),
  ].join("\n"),
);
