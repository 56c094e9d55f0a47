/* global document */
/** Draws the diagrams of a page, on white in either theme. The library is loaded by pages that have one. */
const elements = [...document.querySelectorAll('pre.diagram')];

if (elements.length > 0) {
  const { default: mermaid } = await import('mermaid');
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    theme: 'neutral',
    fontFamily: 'inherit',
    flowchart: { useMaxWidth: false },
    sequence: { useMaxWidth: false },
    er: { useMaxWidth: false },
  });
  for (const [n, element] of elements.entries()) {
    const { svg } = await mermaid.render(`diagram-${String(n)}`, element.textContent);
    element.innerHTML = svg;
    element.classList.add('drawn');
  }
}
