// Before the first paint: the theme that was chosen (theme.svelte.ts), which the page would else flash without. No module, since
// those wait.
try {
  const theme = JSON.parse(localStorage.getItem('descant.theme'));
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Then it is the system's.
}
