// Light or dark: as the system has it, until the viewer says otherwise. Runs before anything is shown.

(() => {
  const KEPT = "tco-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = {
    get: () => {
      try {
        return localStorage.getItem(KEPT);
      } catch {
        return null; // a browser that keeps nothing
      }
    },
    set: (theme) => {
      try {
        if (theme) localStorage.setItem(KEPT, theme);
        else localStorage.removeItem(KEPT);
      } catch {
        // it holds for this page only
      }
    },
  };

  const isDark = () => document.documentElement.dataset.jpThemeLight === "false";

  // The attribute by which JupyterLab tells its own dark themes, so that style sheet and charts ask one question.
  function show(dark) {
    document.documentElement.dataset.jpThemeLight = String(!dark);
    document.getElementById("tco-dark")?.setAttribute("aria-pressed", String(dark));
  }

  const asWished = () => show((kept.get() ?? (system.matches ? "dark" : "light")) === "dark");

  asWished();
  system.addEventListener("change", asWished);
  addEventListener("storage", asWished); // chosen in another tab
  document.addEventListener("DOMContentLoaded", () => {
    asWished();
    document.getElementById("tco-dark").addEventListener("click", () => {
      const dark = !isDark();
      kept.set(dark === system.matches ? null : dark ? "dark" : "light");
      show(dark);
    });
  });
})();
