// Bundles the client and the styles into web/static/build/, each file named by its content, with a manifest of them.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { icons, licences, pictures } from "./build-contents.mjs";
import { iconsOf } from "./build-icons.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "web/static/build");
const minify = !process.argv.includes("--readable");

const manifest = {
  ...(await bundle()),
  ...(await place("icons.svg", await sprite(icons))),
  ...(await place("pictures.svg", await sprite(pictures))),
  ...(await art()),
};
for (const [name, content] of Object.entries(iconsOf(await readFile(join(root, "web/art/favicon.svg"), "utf8")))) {
  await place(name, content, manifest);
}
await place("licences.txt", await licenceTexts(), manifest);
Object.assign(manifest, await serviceWorker(manifest));
await publish(manifest);

function common() {
  return {
    absWorkingDir: root,
    outdir: out,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    minify,
    sourcemap: true,
    metafile: true,
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    loader: { ".woff2": "file" },
    legalComments: "none",
  };
}

async function bundle() {
  const everywhere = {
    main: "web/client/main.ts",
    nursery: "web/client/nursery.ts",
    style: "web/styles/main.css",
    styleguide: "web/styles/styleguide.css",
  };
  const childrens = { card: "accounts/children/client/card.ts" }; // a module: what it needs seldom, it fetches then
  const made = await Promise.all([
    build({ ...common(), entryPoints: everywhere, format: "iife" }),
    build({ ...common(), entryPoints: childrens, format: "esm", splitting: true }),
  ]);
  return named(Object.assign({}, ...made.map((each) => each.metafile.outputs)));
}

function named(outputs) {
  const logical = {
    "web/client/main.ts": "main.js",
    "web/client/nursery.ts": "nursery.js",
    "web/service-worker/service-worker.ts": "service-worker.js",
    "web/styles/main.css": "main.css",
    "accounts/children/client/card.ts": "card.js",
  };
  const files = {};
  for (const [path, made] of Object.entries(outputs)) {
    const name = logical[made.entryPoint] ?? basename(path).replace(/-[0-9A-Z]{8}(?=\.)/, "");
    files[name] = relative("web/static/build", path);
  }
  return files;
}

/** It knows the build that it belongs to, and what of it is needed to show a page. */
async function serviceWorker(files) {
  const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
  const letters = Object.keys(files).filter((name) => /^atkinson-.*-latin-wght-normal\.woff2$/.test(name));
  const shell = ["main.css", "main.js", "nursery.js", "icons.svg", "favicon.svg", ...letters];
  const made = await build({
    ...common(),
    entryPoints: { "service-worker": "web/service-worker/service-worker.ts" },
    format: "iife",
    define: {
      VERSION: JSON.stringify(version),
      SHELL: JSON.stringify(shell.map((name) => `/static/${files[name]}`)),
      ICON: JSON.stringify(files["icon-192.png"]),
    },
  });
  return named(made.metafile.outputs);
}

/** One file of <symbol>s, so that a page asks for its icons once. */
async function sprite(names) {
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(root, `node_modules/lucide-static/icons/${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function art() {
  const folder = join(root, "web/art");
  const files = {};
  for (const name of await readdir(folder)) {
    Object.assign(files, await place(name, await readFile(join(folder, name))));
  }
  return files;
}

async function licenceTexts() {
  const texts = await Promise.all(
    licences.map(async (name) => `${name}\n\n${await readFile(join(root, "node_modules", name, "LICENSE"), "utf8")}`),
  );
  return texts.join("\n\n");
}

async function place(name, content, files = {}) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const [stem, extension] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
  files[name] = `${stem}-${hash}${extension}`;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, files[name]), content);
  return files;
}

/** Beside each text the same for browsers that unpack it: packed once, not for everybody who asks. */
async function pack(files) {
  const texts = Object.values(files).filter((name) => /\.(js|css|svg|txt)$/.test(name));
  return Promise.all(
    texts.map(async (name) => {
      await writeFile(join(out, `${name}.gz`), gzipSync(await readFile(join(out, name)), { level: 9 }));
      return `${name}.gz`;
    }),
  );
}

/** The manifest changes in one step, and only then do the files go that it no longer names. */
async function publish(files) {
  const packed = await pack(files);
  await writeFile(join(out, "manifest.json.new"), `${JSON.stringify(files, null, 2)}\n`);
  await rename(join(out, "manifest.json.new"), join(out, "manifest.json"));
  const kept = new Set([...Object.values(files), ...packed, "manifest.json"]);
  for (const name of await readdir(out)) {
    if (!kept.has(name)) await rm(join(out, name));
  }
}
