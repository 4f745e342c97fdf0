import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import subsetFont from "subset-font";
import { defineConfig, type Plugin } from "vite";

/** Drop the design tokens that no rule uses: KRDS ships 700, a page needs a few dozen. */
function pruneTokens(): Plugin {
  return {
    name: "prune-tokens",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== "asset" || !asset.fileName.endsWith(".css")) continue;
        let css = String(asset.source);
        for (let before = -1; before !== css.length; ) {
          before = css.length;
          const used = new Set([...css.matchAll(/var\((--krds-[\w-]+)/g)].map((match) => match[1]));
          css = css.replace(/(--krds-[\w-]+):[^;{}]*;?/g, (rule, name: string) => (used.has(name) ? rule : ""));
        }
        asset.source = css;
      }
    },
  };
}

/**
 * One small font for the words of the house, so that a page needs a single file; what people and
 * datasets write beyond it comes from Pretendard's own subsets, on demand.
 */
function coreFont(): Plugin {
  return {
    name: "core-font",
    async buildStart() {
      const font = readFileSync("node_modules/pretendard/dist/web/variable/woff2/PretendardVariable.woff2");
      const latin = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");
      const text = readFileSync("src/fonts/syllables.txt", "utf8") + latin + readFileSync("src/fonts/signs.txt", "utf8");
      const subset = await subsetFont(font, text, { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 700 } } });
      mkdirSync("generated", { recursive: true });
      writeFileSync("generated/madang-sans.woff2", subset);
    },
  };
}

/** The fonts that printed documents are set in: a PDF needs whole ones. */
function printFonts(): Plugin {
  return {
    name: "print-fonts",
    writeBundle({ dir }) {
      mkdirSync(join(dir!, "fonts"), { recursive: true });
      for (const name of ["Pretendard-Regular.otf", "Pretendard-Bold.otf"]) copyFileSync(join("node_modules/pretendard/dist/public/static", name), join(dir!, "fonts", name));
    },
  };
}

/** A gzip twin beside each script and style, so that the server compresses nothing twice. */
function compress(): Plugin {
  return {
    name: "compress",
    writeBundle({ dir }) {
      for (const name of readdirSync(join(dir!, "assets"))) {
        if (!/\.(js|mjs|css)$/.test(name)) continue;
        const path = join(dir!, "assets", name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  plugins: [coreFont(), pruneTokens(), printFonts(), compress()],
  build: {
    outDir: "../src/madang/core/pages/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome111", "firefox114", "safari16.4"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      // Every file right in src is a page's own script; what they share is in src/parts.
      input: Object.fromEntries(
        readdirSync("src").filter((file) => file.endsWith(".ts")).map((file) => [file.slice(0, -3), `src/${file}`]),
      ),
    },
  },
});
