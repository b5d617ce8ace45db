// The reader's own time zone, preselected; only while nothing has been chosen.
const select = document.querySelector("select[name=time_zone]");
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
const known = [...(select?.options ?? [])].some((option) => option.value === timeZone);
if (known && select.value === "UTC" && !document.querySelector(".summary")) select.value = timeZone;
