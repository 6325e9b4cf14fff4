// Sets the chosen theme, letters and language before the first paint, so that nothing flashes.
// A file of its own because the content security policy forbids inline scripts.
// The keys are those of src/features/preferences/theme.ts and reading.ts, and of src/i18n/language.ts.
(function () {
  try {
    var root = document.documentElement;
    var theme = localStorage.getItem('storybot.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    root.dataset.face = localStorage.getItem('storybot.face') || 'serif';
    root.dataset.size = localStorage.getItem('storybot.size') || '2';
    var language = localStorage.getItem('storybot.language') || navigator.language.slice(0, 2);
    if (language === 'ja' || language === 'en') root.lang = language;
  } catch {
    // Storage is switched off: the system's theme and the browser's language do.
  }
})();
