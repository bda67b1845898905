// Whoever comes back from an external provider has its answer in the address: it leaves the address bar before the app asks for
// anything, waits in the page's memory, and is forgotten with the page. The state begins with the flow's name, and by that the flow
// is found as after any reload. It runs behind shell.js.
if (/^\/continue\/./.test(location.pathname)) {
  const query = location.search.slice(1);
  daemun.returned = { provider: location.pathname.slice(10), query };
  const state = new URLSearchParams(query).get('state') ?? '';
  history.replaceState({ flow: state.split('.')[0] }, '', '/continue');
}
