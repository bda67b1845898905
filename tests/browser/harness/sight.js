// What a person sees of the page now, and what a test may wait for. Evaluated by the driver.
const root = document.documentElement;
const seen = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
};
const all = (selector) => [...document.querySelectorAll(selector)];
const words = (element) => (element.innerText ?? "").trim().replace(/\s+/g, " ");
const name_of = (element) => {
  const labelled = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean)
    .map((id) => document.getElementById(id)).filter(Boolean).map(words).join(" ");
  const labels = [...(element.labels ?? [])].map(words).join(" ");
  return labelled || element.getAttribute("aria-label") || labels || words(element);
};
const focus = document.activeElement ?? document.body;
const unchosen = all("select option:not(:checked)").map((option) => option.textContent);
return {
  url: location.href,
  screen: root.dataset.screen ?? "",
  state: root.dataset.state ?? "",
  rev: Number(root.dataset.rev ?? 0),
  app: root.dataset.app ?? "",
  page: root.dataset.page ?? document.querySelector("[data-page]")?.dataset.page ?? "",
  email: document.querySelector("[data-email]")?.dataset.email ?? "",
  workspace: document.querySelector("html[data-workspace], [data-page][data-workspace]")?.dataset.workspace ?? "",
  lang: root.lang,
  dir: root.dir,
  title: document.title,
  // What could be chosen in a closed list is not to be seen.
  text: (document.body?.innerText ?? "").trim().replace(/[ \t]+/g, " ").split(/\n+/)
    .filter((line) => !unchosen.includes(line)).join("\n"),
  said: all("[data-code], [data-notice]").filter(seen).map((element) => ({
    code: element.dataset.code ?? element.dataset.notice ?? "",
    text: words(element),
    announced: element.closest("[role=alert], [role=status], [aria-live]") !== null,
  })),
  fields: all("input, select, textarea").filter((element) => element.type !== "hidden").map((element) => ({
    name: element.name,
    kind: element.type,
    value: element.value,
    autocomplete: element.autocomplete,
    checked: element.checked === true,
    seen: seen(element),
    editable: !element.readOnly && !element.disabled,
    invalid: element.getAttribute("aria-invalid") === "true",
    described_by_codes: (element.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
      .map((id) => document.getElementById(id)).filter(Boolean)
      .flatMap((each) => [each, ...each.querySelectorAll("[data-code]")])
      .map((each) => each.dataset.code).filter(Boolean),
  })),
  actions: all("[data-action]").filter(seen).map((element) => ({
    name: element.dataset.action,
    workspace: element.dataset.workspace ?? "",
    factor: element.dataset.factor ?? "",
    label: name_of(element),
    href: element.getAttribute("href") ?? "",
    usable: !element.disabled && element.getAttribute("aria-disabled") !== "true",
  })),
  focus: {
    tag: focus.localName ?? "",
    field: focus.name ?? "",
    action: focus.dataset?.action ?? "",
    text: words(focus).slice(0, 80),
    seen: focus !== document.body && seen(focus),
    in_main: focus.closest?.("main, [role=main]") !== null && focus !== document.body,
  },
  checklist: all(".checklist li").filter(seen).map((element) => ({
    text: words(element),
    met: element.dataset.met === "true",
  })),
  languages: all("select[name=language]").filter(seen).flatMap((select) => [...select.options]).map((option) => option.value),
  flow: typeof history.state?.flow === "string" ? history.state.flow : "",
  violations: window.daemunTestViolations ?? [],
};
