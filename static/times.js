// Dates of the last days as "3 hours ago"; the exact one stays as the title.
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const FARTHEST = 7 * 86400;
const format = new Intl.RelativeTimeFormat(document.documentElement.lang, {numeric: "auto"});

function relative(seconds) {
  const [unit, length] = STEPS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return unit === "second" ? "just now" : format.format(-Math.floor(seconds / length), unit);
}

function update() {
  for (const time of document.querySelectorAll(".when > time")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    time.title ||= time.textContent;
    time.textContent = seconds < FARTHEST ? relative(seconds) : time.title;
  }
}

update();
setInterval(update, 60_000);
document.addEventListener("htmx:load", update);
addEventListener("beforeprint", () => {
  for (const time of document.querySelectorAll(".when > time")) time.textContent = time.title;
});
addEventListener("afterprint", update);
