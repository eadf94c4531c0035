// A question with its buttons. Everything that a model wrote is set as text, never as HTML.
function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "minimax-nb-question";
  box.setAttribute("role", "group");
  box.setAttribute("data-lm-suppress-shortcuts", "true"); // else a key typed here runs cells in Notebook 7
  const title = document.createElement("div");
  title.textContent = model.get("title");
  box.setAttribute("aria-label", model.get("title"));
  const details = document.createElement("pre");
  details.textContent = model.get("details");
  details.tabIndex = 0;
  box.append(title, details);
  for (const [answer, label] of model.get("answers")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jupyter-button";
    button.textContent = label;
    button.addEventListener("click", () => {
      box.querySelectorAll("button").forEach((one) => (one.disabled = true));
      model.send({ answer });
    });
    box.append(button);
  }
  el.append(box);
  model.send({ answer: "ready" });
}
export default { render };
