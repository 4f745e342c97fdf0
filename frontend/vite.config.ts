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

export default defineConfig({
  base: "/static/",
  plugins: [pruneTokens()],
  build: {
    outDir: "../src/madang/core/pages/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome111", "firefox114", "safari16.4"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: Object.fromEntries(
        ["base", "map", "chart", "upload", "live", "reference"].map((name) => [name, `src/${name}.ts`]),
      ),
    },
  },
});
