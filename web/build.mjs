// Builds assets/dist: every file gets the hash of its content into its name,
// .br and .gz beside it, and a line in manifest.json.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { compile } from "sass";

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, "assets", "dist");
const nhs = join(root, "node_modules/nhsuk-frontend/dist/nhsuk");
const manifest = {};

async function clean() {
  await mkdir(out, { recursive: true });
  for (const name of await readdir(out)) {
    if (name !== ".gitkeep") await rm(join(out, name), { recursive: true });
  }
}

async function put(name, content) {
  const body = Buffer.from(content);
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  await writeFile(join(out, hashed), body);
  if (/\.(css|js|svg)$/.test(name)) {
    await writeFile(`${join(out, hashed)}.gz`, gzipSync(body, { level: 9 }));
    await writeFile(
      `${join(out, hashed)}.br`,
      brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
  }
  manifest[name] = hashed;
  return hashed;
}

async function fonts() {
  const folder = join(root, "node_modules/@fontsource-variable/source-sans-3/files");
  const urls = {};
  for (const part of ["latin", "latin-ext"]) {
    const body = await readFile(join(folder, `source-sans-3-${part}-wght-normal.woff2`));
    urls[part] = `/assets/${await put(`source-sans-3-${part}.woff2`, body)}`;
  }
  return urls;
}

async function style(urls) {
  const sheet = compile(join(root, "scss", "app.scss"), {
    style: "compressed",
    loadPaths: [join(root, "node_modules")],
    quietDeps: true,
  });
  let css = sheet.css.replace(/url\("?font:([a-z-]+)"?\)/g, (_, part) => `url("${urls[part]}")`);
  for (const name of new Set([...css.matchAll(/url\("?\/assets\/images\/([\w.-]+)"?\)/g)].map((match) => match[1]))) {
    const image = await put(name, await readFile(join(nhs, "assets", "images", name)));
    css = css.replaceAll(`/assets/images/${name}`, `/assets/${image}`);
  }
  await put("app.css", css);
}

async function script() {
  const result = await build({
    entryPoints: [join(root, "js", "app.js")],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    legalComments: "none",
    write: false,
  });
  await put("app.js", result.outputFiles[0].contents);
}

await clean();
const urls = await fonts();
await style(urls);
await script();
await put("mark.svg", await readFile(join(root, "images", "mark.svg")));
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
