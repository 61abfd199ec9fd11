const form = document.getElementById("filter");
const findings = Array.from(document.querySelectorAll(".finding"));
const groups = Array.from(document.querySelectorAll(".group"));
function show() {
  const wanted = new FormData(form);
  const text = wanted.get("search").trim().toLowerCase();
  let shown = 0;
  for (const finding of findings) {
    const group = finding.closest(".group");
    const told = `${finding.textContent} ${group.querySelector("h3").textContent}`;
    finding.hidden = !wanted.has(finding.dataset.wire) || !told.toLowerCase().includes(text);
    shown += finding.hidden ? 0 : 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector(".finding:not([hidden])");
  }
  document.getElementById("shown").textContent = `${shown} of ${findings.length} findings shown`;
}
form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
