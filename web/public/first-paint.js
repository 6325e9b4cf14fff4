// What has to be known before the first paint, so that nothing flashes, and what has to be asked for
// at once, so that nothing waits for JavaScript to ask for it. A file of its own because the content
// security policy forbids inline scripts; build/shell.ts writes the names of files into its element.
// The keys are those of src/features/preferences/theme.ts and reading.ts, and of src/i18n/language.ts.
(function () {
  var root = document.documentElement;
  var files = document.currentScript.dataset;
  var stored = function (key) {
    try {
      return localStorage.getItem('storybot.' + key);
    } catch {
      return null; // Storage is switched off: the system's theme and the browser's language do.
    }
  };

  var theme = stored('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  root.dataset.face = stored('face') || 'serif';
  root.dataset.size = stored('size') || '2';
  var language = [stored('language')]
    .concat(navigator.languages)
    .map(function (tag) {
      return tag && tag.toLowerCase().split('-')[0];
    })
    .find(function (tag) {
      return tag === 'ja' || tag === 'en';
    });
  root.lang = language || 'en';

  var path = location.pathname;
  var story = /^\/prompts\/([0-9a-f-]{36})$/.exec(path);
  root.dataset.shell = path === '/' ? 'home' : 'page';
  load(files[root.lang]);
  if (path === '/') load(files.home);
  if (story) {
    load(files.reading);
    // Taken by src/api/early.ts.
    var url = location.origin + '/api/v1/prompts/' + story[1];
    window.storybotEarly = { url: url, answer: fetch(url) };
    window.storybotEarly.answer.catch(function () {
      // Whoever takes it sees that too.
    });
  }

  function load(names) {
    (names || '').split(' ').forEach(function (name) {
      if (!/\.js$/.test(name)) return;
      var link = document.createElement('link');
      link.rel = 'modulepreload';
      link.crossOrigin = '';
      link.fetchPriority = 'low';
      link.href = name;
      document.head.appendChild(link);
    });
  }
})();
