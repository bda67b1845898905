// Put into the page before anything of its own: notes when what happened, and changes nothing of it. `TAKES_OVER` is
// written in by the driver: whether there is an app to wait for.
(() => {
  if (location.protocol !== 'https:' || location.pathname === '/blank') return;
  const noted = {
    typeable: null, alive: null, ready: null, enter: null, early: null, next: null,
    spans: {}, tasks: [], scripts: [], shifts: [], violations: [],
  };
  globalThis.__noted = noted;
  const tell = (milestone) => globalThis.__tell?.(milestone);

  /** The moment after the frame that is being made now. */
  const afterFrame = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(0);
  };

  /** Whether a person could type into the field of this name now: it is seen, enabled, and nothing lies over it. */
  const typeable = (name) => {
    const field = document.body && document.querySelector(`input[name=${name}]`);
    if (!field || field.disabled || field.readOnly || field.closest('[inert]')) return false;
    if (!field.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = field.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return box.width > 1 && box.height > 1 && top === field;
  };
  const whenTypeable = (name, then) => requestAnimationFrame(function look() {
    if (typeable(name)) afterFrame(then);
    else requestAnimationFrame(look);
  });

  whenTypeable('identifier', (now) => {
    noted.typeable = now;
    if (!TAKES_OVER) noted.ready = now;
    tell('typeable');
    if (!TAKES_OVER) tell('ready');
  });
  new MutationObserver(() => {
    const { app } = document.documentElement.dataset;
    if (app === 'failed') tell('failed');
    if (app !== 'ready' || noted.alive !== null) return;
    noted.alive = performance.now();
    requestAnimationFrame(() => afterFrame((now) => {
      noted.ready = now;
      tell('ready');
    }));
  }).observe(document, { subtree: true, attributeFilter: ['data-app'] });

  // The plain form goes to another document, which must know when Enter was pressed in the first.
  const awaitNext = () => whenTypeable('code', (now) => {
    noted.enter = Number(sessionStorage.getItem('bench.enter')) - performance.timeOrigin;
    noted.next = now;
    tell('next');
  });
  if (sessionStorage.getItem('bench.enter')) awaitNext();
  addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.isTrusted) return;
    sessionStorage.setItem('bench.enter', performance.timeOrigin + event.timeStamp);
    noted.early = document.documentElement.dataset.app === 'shell';
    awaitNext();
  }, true);

  const time = (phase, object, method) => {
    const original = object?.[method];
    if (!original) return;
    object[method] = (...given) => {
      const start = performance.now();
      const done = original.apply(object, given);
      done.then(() => { noted.spans[phase] = { start, end: performance.now() }; }, () => {});
      return done;
    };
  };
  time('compile', WebAssembly, 'compile');
  time('compile', WebAssembly, 'compileStreaming');
  time('instantiate', WebAssembly, 'instantiate');
  time('instantiate', WebAssembly, 'instantiateStreaming');
  time('verify', globalThis.crypto?.subtle, 'digest');

  const observe = (type, note) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  };
  const named = (node) => {
    const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element?.tagName) return 'something that is gone';
    return element.tagName.toLowerCase() + (element.id && `#${element.id}`) + (element.className && `.${element.className}`);
  };
  const placed = ({ x, y, width, height }) => `${[x, y].map(Math.round)} ${Math.round(width)}×${Math.round(height)}`;
  observe('longtask', ({ startTime, duration }) => noted.tasks.push({ start: startTime, duration }));
  observe('long-animation-frame', ({ scripts }) => {
    for (const { invoker, startTime, duration, forcedStyleAndLayoutDuration } of scripts) {
      const name = invoker.replace(location.origin, '');
      noted.scripts.push({ name, start: startTime, end: startTime + duration, layout: forcedStyleAndLayoutDuration });
    }
  });
  observe('layout-shift', ({ startTime, value, hadRecentInput, sources }) => {
    if (hadRecentInput) return;
    const moved = sources.map((it) => `${named(it.node)} from ${placed(it.previousRect)} to ${placed(it.currentRect)}`);
    noted.shifts.push({ at: startTime, value, moved });
  });
  document.addEventListener('securitypolicyviolation', (event) => {
    noted.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile ?? ''}`.trim());
  });

  /** Everything that was noted, with what the browser itself has noted of the loading. */
  globalThis.__read = () => {
    const [navigation] = performance.getEntriesByType('navigation');
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const loads = performance.getEntriesByType('resource').map((load) => ({
      path: new URL(load.name).pathname, start: load.startTime, end: load.responseEnd,
    }));
    return { ...noted, html: navigation.responseEnd, paint: paint?.startTime ?? null, loads };
  };
})();
