const form = document.getElementById("filter");
const findings = Array.from(document.querySelectorAll(".finding"));
const groups = Array.from(document.querySelectorAll(".group"));
function show() {
  const wanted = new FormData(form);
  let shown = 0;
  for (const finding of findings) {
    finding.hidden = !wanted.has(finding.dataset.wire);
    shown += finding.hidden ? 0 : 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector(".finding:not([hidden])");
  }
  document.getElementById("shown").textContent = `${shown} of ${findings.length} findings shown`;
}
form.hidden = false;
form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
