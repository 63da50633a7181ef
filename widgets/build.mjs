// Bundle both widgets into the one file that travels with every widget model.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const LIMIT = 150_000; // bytes: the bundle is sent with every model (goal S2)
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const result = await build({
  entryPoints: [at("src/index.ts")],
  outfile: at("../src/cutroom/widgets/static/widget.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text", ".svg": "text" },
  metafile: true,
  logLevel: "warning",
});

const [[path, { bytes }]] = Object.entries(result.metafile.outputs);
console.log(`${path}: ${(bytes / 1000).toFixed(1)} kB`);
if (bytes > LIMIT) {
  console.error(`the bundle may have ${LIMIT / 1000} kB`);
  process.exit(1);
}
