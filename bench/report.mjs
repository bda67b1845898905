// Turns samples into what a person reads: goals reached and missed, times side by side, and for what was missed where
// the bytes and the milliseconds went. Times of one machine mean little: goals are ratios of medians to the plain form's.

const KIB = 1024;
const GOALS = { bytes: 64 * KIB, requests: 5, typeable: 1.1, inCharge: 2.2, next: 0.5, task: 50, memory: KIB * KIB };
/** Bytes in a millisecond on the slow line. */
const LINE = 1_600_000 / 8 / 1000;

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => {
  const all = sorted(numbers);
  const middle = all.length >> 1;
  return all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
};
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;
const mib = (bytes) => `${(bytes / KIB / KIB).toFixed(2)} MiB`;
const ms = (time) => `${Math.round(time)} ms`;
const times = (ratio) => `${ratio.toFixed(2)}×`;
const range = (numbers) => {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map(Math.round);
  return `${ms(median(numbers))} (${least}–${most})`;
};

/** Rows of cells, in columns as wide as they need to be; numbers of columns in `right` stand to the right. */
function table(rows, right = []) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]));
  return rows.map((row) => `  ${row.map(cell).join('   ')}`.trimEnd());
}

export function report({ runs, machine, noise, missing, samples }) {
  const of = (page, kind) => samples.filter((it) => it.page === page && it.kind === kind && !it.wrong);
  const kinds = ['full', 'slow', 'warm'];
  const wrong = samples.filter((it) => it.wrong);
  const failures = wrong.map((it) => `run ${it.run}, ${it.page}, ${it.kind}: ${it.wrong}`);
  if (['daemun', 'plain'].some((page) => kinds.some((kind) => !of(page, kind).length))) {
    return { worked: false, text: ['the page did not work:', ...failures.map((it) => `  ${it}`)].join('\n') };
  }

  const slow = of('daemun', 'slow');
  const goals = judged(of);
  const missed = new Set(goals.filter((goal) => !goal.reached).map((goal) => goal.name));
  const lines = [
    '',
    `Daemun's first screens beside a plain HTML form without script, served the same way, in English; medians of ${runs}`,
    'slow is: CPU 4× slower, 1.6 Mbit/s, 150 ms a request, a phone\'s window',
    '',
    ...table([
      ['', 'measured', 'goal', ''],
      ...goals.map((goal) => [goal.what, goal.measured, goal.goal, goal.reached ? 'reached' : 'MISSED']),
    ]),
    '',
    ...table([['median (least–most)', 'Daemun', 'plain form', ''], ...timeRows(of)], [1, 2, 3]),
  ];
  const section = (title, body) => lines.push('', title, ...body);
  if (missed.has('bytes') || missed.has('inCharge')) {
    section('Where the bytes went, and when they came on the slow line', files(slow));
  }
  if (missed.has('typeable') || missed.has('inCharge')) {
    section('Where the milliseconds went until the app was in charge, slow', phases(slow, of('plain', 'slow')));
  }
  if (missed.has('next')) {
    section('Where the milliseconds went after Enter, CPU 4× slower', steps(slow, of('plain', 'slow')));
  }
  if (missed.has('task')) section('Tasks over 50 ms, slow', tasks(slow));
  if (missed.has('shift')) section('What moved', shifts([...slow, ...of('daemun', 'full')]));
  if (missed.has('memory')) section('Where the memory went', memory(of('daemun', 'full'), of('plain', 'full')));

  const odd = [...failures, ...oddities(samples, missing)];
  const nothing = 'nothing: no violation, no error, no request in vain';
  section('Odd on the page', (odd.length ? odd : [nothing]).map((it) => `  ${it}`));
  section('The machine', machineLines(machine, noise));
  return { worked: true, text: lines.join('\n') };
}

// --- Goals and times ------------------------------------------------------------------------------------------------

function judged(of) {
  const [full, slow, plain] = [of('daemun', 'full'), of('daemun', 'slow'), of('plain', 'slow')];
  const early = of('daemun', 'early');
  const ratio = (time) => median(slow.map(time)) / median(plain.map(time));
  const besidePlain = (name, what, time, goal) => {
    const measured = `${ms(median(slow.map(time)))}, ${times(ratio(time))} the plain form's`;
    return { name, what, measured, goal: times(goal), reached: ratio(time) <= goal };
  };

  const loaded = filesOf(full[0]);
  const bytes = sum(loaded.map((file) => file.body));
  const calls = full[0].requests.filter(isCall);
  const wire = sum(full[0].requests.map((request) => request.wire ?? 0));
  const longest = (sample) => Math.max(0, ...sample.tasks.map((task) => task.duration));
  const task = median(slow.map(longest));
  const over = slow.filter((sample) => longest(sample) > GOALS.task);
  const shift = Math.max(...[...full, ...slow].map((sample) => sum(sample.shifts.map((it) => it.value))));
  const taken = median(full.map((sample) => sample.memory.bytes));
  const takenByPlain = median(of('plain', 'full').map((sample) => sample.memory.bytes));
  const honoured = early.filter((sample) => sample.early && sample.honoured).length;

  return [
    {
      name: 'bytes', what: 'the login path, brotli',
      measured: kib(bytes), goal: kib(GOALS.bytes), reached: bytes <= GOALS.bytes,
    },
    {
      name: 'requests', what: 'its requests',
      measured: `${loaded.length} files (and ${calls.length} calls; with all headers ${kib(wire)})`,
      goal: `${GOALS.requests}`, reached: loaded.length <= GOALS.requests,
    },
    besidePlain('typeable', 'typeable, slow', (it) => it.typeable, GOALS.typeable),
    besidePlain('inCharge', 'in charge, slow', (it) => it.ready, GOALS.inCharge),
    besidePlain('next', 'Enter to the next screen, CPU 4×', afterEnter, GOALS.next),
    {
      name: 'early', what: 'Enter before the WebAssembly is there',
      measured: `honoured ${honoured} of ${early.length} times`,
      goal: 'always', reached: early.length > 0 && honoured === early.length,
    },
    { name: 'shift', what: 'layout shift, at worst', measured: shift.toFixed(4), goal: '0', reached: shift === 0 },
    {
      name: 'task', what: 'longest task over 50 ms, slow',
      measured: `${task > GOALS.task ? ms(task) : 'none'} (runs with one: ${over.length} of ${slow.length}, plain form `
        + `${plain.filter((sample) => longest(sample) > GOALS.task).length})`,
      goal: ms(GOALS.task), reached: task <= GOALS.task,
    },
    {
      name: 'memory', what: 'memory', measured: `${mib(taken)} (plain form ${mib(takenByPlain)})`,
      goal: mib(GOALS.memory), reached: taken <= GOALS.memory,
    },
  ];
}

/** Milliseconds from the press of Enter to the frame with the next screen. */
const afterEnter = ({ second }) => second.next - second.enter;

function timeRows(of) {
  const rows = [];
  const profiles = [['full', 'cold, full speed'], ['slow', 'cold, slow'], ['warm', 'warm, full speed']];
  for (const [kind, title] of profiles) {
    const moments = [
      ['first paint', (it) => it.paint],
      ['typeable', (it) => it.typeable],
      ['in charge', (it) => it.ready],
      ...(kind === 'warm' ? [] : [['Enter to the next screen', afterEnter]]),
    ];
    for (const [moment, time] of moments) {
      const [ours, plain] = ['daemun', 'plain'].map((page) => of(page, kind).map(time));
      rows.push([`${title}: ${moment}`, range(ours), range(plain), times(median(ours) / median(plain))]);
    }
  }
  return rows;
}

// --- Where it went --------------------------------------------------------------------------------------------------

const isCall = (request) => request.path.startsWith('/api/') || request.path.startsWith('/.well-known/');
const filesOf = (sample) => sample.requests.filter((request) => !isCall(request) && !request.cached);
const loadOf = (sample, path) => sample.loads.find((load) => load.path === path);

function files(slow) {
  const loaded = filesOf(slow[0]).sort((a, b) => b.body - a.body);
  const total = sum(loaded.map((file) => file.body));
  const whenOf = (path, moment) => {
    const load = (sample) => (path === '/' ? { start: 0, end: sample.html } : loadOf(sample, path));
    const known = slow.map(load).filter(Boolean);
    return known.length ? ms(median(known.map((load) => load[moment]))) : '–';
  };
  const rows = loaded.map(({ path, body }) => [
    path === '/' ? '/ (index.html)' : path, kib(body), `${Math.round((100 * body) / total)} %`,
    ms(body / LINE), whenOf(path, 'start'), whenOf(path, 'end'),
  ]);
  return table([
    ['', 'brotli', 'share', 'on the line', 'asked for', 'there'],
    ...rows,
    ['in all', kib(total), '', ms(total / LINE), '', ''],
  ], [1, 2, 3, 4, 5]);
}

/** The time until the app is in charge, cut into pieces that follow each other. */
function cuts(sample) {
  const { html, loads, spans, alive, ready } = sample;
  const needed = loads.filter((load) => !isCall(load) && /\.(js|wasm|json)$/.test(load.path));
  const arrived = Math.max(html, ...needed.map((load) => load.end));
  const checked = Math.max(arrived, spans.compile?.end ?? 0, spans.verify?.end ?? 0);
  const instantiated = Math.max(checked, spans.instantiate?.end ?? 0);
  return [
    ['HTML', html],
    ['download of glue, wasm and words after it', arrived],
    ['compile and verify what the download left over', checked],
    ['instantiate', instantiated],
    ['mount and hand over', alive],
    ['the frame that shows it', ready],
  ].map(([name, end], index, all) => ({ name, start: index ? all[index - 1][1] : 0, end }));
}

function phases(slow, plain) {
  const cut = slow.map(cuts);
  const whole = median(slow.map((sample) => sample.ready));
  const rows = cut[0].map(({ name }, index) => {
    const time = median(cut.map((pieces) => pieces[index].end - pieces[index].start));
    return [name, ms(time), `${Math.round((100 * time) / whole)} %`];
  });
  const spent = (span) => {
    const known = slow.map((sample) => sample.spans[span]).filter(Boolean);
    return known.length ? ms(median(known.map(({ start, end }) => end - start))) : 'not seen';
  };
  const drawn = (of) => `${ms(median(of.map((it) => it.html)))} + ${ms(median(of.map((it) => it.typeable - it.html)))}`;
  return [
    ...table([...rows, ['in charge', ms(whole), '']], [1, 2]),
    `  beside the download: compile ${spent('compile')} from first byte to last, verify ${spent('verify')}`,
    `  typeable is HTML + the first frame: ${drawn(slow)}; the plain form's: ${drawn(plain)}`,
  ];
}

function steps(slow, plain) {
  const callsOf = ({ second }) => second.loads.filter((load) => isCall(load) && load.start >= second.enter);
  const sent = (sample) => Math.min(...callsOf(sample).map((load) => load.start));
  const answered = (sample) => Math.max(...callsOf(sample).map((load) => load.end));
  const called = slow.filter((sample) => callsOf(sample).length);
  const part = (of, time) => ms(median(of.map(time)));
  const ours = called.length
    ? `Enter to the request ${part(called, (it) => sent(it) - it.second.enter)}, `
      + `the answer ${part(called, (it) => answered(it) - sent(it))}, from it to the screen ${part(called, (it) => it.second.next - answered(it))}`
    : 'no call of the API was seen';
  const theirs = `Enter to the HTML ${part(plain, (it) => it.second.html - it.second.enter)}, `
    + `from it to the screen ${part(plain, (it) => it.second.next - it.second.html)}`;
  return [`  Daemun: ${ours}`, `  plain form: ${theirs}`];
}

function tasks(slow) {
  return slow.flatMap((sample) => sample.tasks.map(({ start, duration }) => {
    const end = start + duration;
    const during = cuts(sample).filter((piece) => piece.start < end && piece.end > start).map((piece) => piece.name);
    const ran = sample.scripts.filter((it) => it.start < end && it.end > start);
    const scripts = ran.map((it) => `${it.name || 'unnamed'} ${ms(it.end - it.start)} (layout in it ${ms(it.layout)})`);
    const where = during.join(', ') || 'after the app was in charge';
    const what = scripts.join(', ') || 'none';
    return `  run ${sample.run}: ${ms(duration)} at ${ms(start)}, during: ${where}; scripts in it: ${what}`;
  }));
}

function shifts(of) {
  return of.flatMap((sample) => sample.shifts.map(({ at, value, moved }) => (
    `  run ${sample.run}, ${sample.kind}: ${value.toFixed(4)} at ${ms(at)}: ${moved.join('; ')}`
  )));
}

function memory(ours, plain) {
  const kindsOf = (sample) => sample.memory.breakdown.filter((it) => it.bytes);
  const nameOf = (it) => it.types.join(', ') || 'other';
  const names = [...new Set(ours.flatMap(kindsOf).map(nameOf))];
  const bytesOf = (sample, name) => sum(kindsOf(sample).filter((it) => nameOf(it) === name).map((it) => it.bytes));
  const bytes = (of, name) => kib(median(of.map((sample) => bytesOf(sample, name))));
  const rows = names.map((name) => [name, bytes(ours, name), bytes(plain, name)]);
  return table([['', 'Daemun', 'plain form'], ...rows], [1, 2]);
}

// --- Notes ----------------------------------------------------------------------------------------------------------

function oddities(samples, missing) {
  const all = new Set(missing.map((path) => `asked for in vain: ${path}`));
  for (const { page, violations = [], complaints = [], requests = [] } of samples) {
    for (const violation of violations) all.add(`${page}: CSP or Trusted Types violation: ${violation}`);
    for (const complaint of complaints) all.add(`${page}: ${complaint}`);
    for (const { path, failed } of requests) if (failed) all.add(`${page}: ${path} failed: ${failed}`);
    const paths = requests.filter((request) => !isCall(request)).map((request) => request.path);
    const again = paths.filter((path, index) => paths.indexOf(path) !== index);
    for (const path of again) all.add(`${page}: ${path} was loaded twice`);
  }
  return all;
}

function machineLines({ cores, processor, browser }, { calibration, load }) {
  const [least, middle, most] = [Math.min(...calibration), median(calibration), Math.max(...calibration)];
  const calm = most < 1.5 * least && Math.max(...load) < cores;
  return [
    `  ${browser.split(' built on ')[0]}, ${cores} cores (${processor})`,
    `  load average ${load.map((it) => it.toFixed(2)).join(' at start, ')} at end; `
      + `the same piece of work took ${ms(least)} to ${ms(most)}, mostly ${ms(middle)}`,
    calm ? '  calm: ratios can be trusted' : '  NOISY: other work disturbed this; believe ratios with care, times not at all',
  ];
}
