// What a browser can tell of a page. Each answers a list of sentences, one for each finding: none is good.
(() => {
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const box = (e) => e.getBoundingClientRect();
  const called = (e) => {
    const text = (e.getAttribute("aria-label") || e.innerText || e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.classList.length ? "." + [...e.classList].join(".") : ""}> "${text}"`;
  };
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const CONTROL = 'a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex]:not([tabindex="-1"])';
  const hidden = (e) => e.closest(".vh, .skip, [inert]") !== null;
  const controls = () => all(CONTROL).filter((e) => shown(e) && !e.disabled && box(e).width > 0);
  const visuallyHidden = (e) => {
    for (let at = e; at; at = at.parentElement) if (getComputedStyle(at).clipPath.startsWith("inset(50%")) return true;
    return false;
  };
  const channels = (colour) => {
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const { backgroundColor: colour, backgroundImage: image } = getComputedStyle(at);
      const painted = image.match(/gradient\(.*?((?:rgb|oklch|color)a?\([^)]*\))/);
      if (painted) return painted[1];
      if (channels(colour)[3] === 255) return colour;
    }
    return "white";
  };

  const size = (e) => { // what can be hit: the element, what is in it, and what it stretches over its card
    const after = getComputedStyle(e, "::after");
    if (after.position === "absolute" && !/none|normal/.test(after.content)) return [99, 99];
    const boxes = [e, ...all("*", e)].map(box).filter((b) => b.width && b.height);
    return [Math.max(...boxes.map((b) => b.width)), Math.max(...boxes.map((b) => b.height))];
  };
  const tooSmall = (least, list) => list.filter((e) => !hidden(e) && !visuallyHidden(e)).map((e) => [e, ...size(e)])
    .filter(([, width, height]) => width < 23.5 || height < least - 0.5)
    .map(([e, width, height]) => `${Math.round(width)}x${Math.round(height)} px is hard to hit: ${called(e)}`);

  return {
    overflow() {
      const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      if (over <= 0) return [];
      const widest = all("body *").filter((e) => box(e).right > document.documentElement.clientWidth + 1 && shown(e) && !hidden(e)).slice(0, 2).map(called);
      return [`the page is ${over} px wider than its window: ${widest.join(", ")}`];
    },

    cut() { // text that does not fit in its box, where the box hides the rest
      return all("body *").filter((e) => {
        if (e.matches("input") || !shown(e) || hidden(e) || visuallyHidden(e) || e.closest("svg")) return false;
        const style = getComputedStyle(e);
        const clips = (axis) => /hidden|clip/.test(style[axis]);
        return (clips("overflowX") && e.scrollWidth > e.clientWidth + 1) || (clips("overflowY") && e.scrollHeight > e.clientHeight + 2);
      }).map((e) => `its text is cut off: ${called(e)}`);
    },

    covered() { // texts that lie over each other
      const texts = all("main h1, main h2, main p, main dt, main dd, main th, main td").filter((e) => shown(e) && !visuallyHidden(e) && !hidden(e) && e.innerText?.trim() && !e.closest("svg, .ask"));
      const found = [];
      texts.forEach((one, i) => texts.slice(i + 1, i + 12).forEach((other) => {
        if (one.contains(other) || other.contains(one)) return;
        const [a, b] = [box(one), box(other)];
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left), height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (width > 3 && height > 3) found.push(`${called(one)} lies over ${called(other)}`);
      }));
      return found;
    },

    smallTargets() { // a link in a sentence may be as high as its line
      const inText = (e) => e.tagName === "A" && getComputedStyle(e).display === "inline" && (e.closest("p, li, dd, td")?.innerText.trim().length || 0) > e.innerText.trim().length + 12;
      return tooSmall(24, controls().filter((e) => !inText(e)));
    },
    smallControls() { // a box to tick is hit by its label
      const whole = (e) => (/radio|checkbox/.test(e.type) && e.labels?.[0]) || e;
      return tooSmall(44, all("main button, main .btn, main input:not([type=hidden]), main select, .nav a, .tool, .foot .theme a").filter(shown).map(whole));
    },

    ways() { // every link inside the page leads somewhere on it
      return all('a[href^="#"]').filter((a) => a.hash.length > 1 && !document.getElementById(a.hash.slice(1)))
        .map((a) => `leads to ${a.hash}, which is not on the page: ${called(a)}`);
    },

    faultsAreTied() { // a field that is wrong says so itself, and what is wrong
      return all("[aria-invalid=true]").filter((e) => {
        const ids = (e.getAttribute("aria-describedby") || "").split(/\s+/);
        return !ids.some((id) => document.getElementById(id)?.classList.contains("emsg"));
      }).map((e) => `is wrong, and does not say why: ${called(e)}`)
        .concat(all(".emsg").filter((m) => shown(m) && !document.querySelector(`[aria-describedby~="${m.id}"][aria-invalid=true]`)).map((m) => `belongs to no field: ${called(m)}`))
        .concat(all("[aria-describedby]").flatMap((e) => e.getAttribute("aria-describedby").trim().split(/\s+/).filter((id) => !document.getElementById(id)).map((id) => `is described by #${id}, which is not there: ${called(e)}`)));
    },

    colourOnly() { // what a colour says is said in words too
      const silent = (e) => !e.textContent.trim();
      return [
        ...all("ol.tl > li").filter((e) => !/[–-]\s*\S/.test(e.querySelector(".vh")?.textContent || "") && !(e.matches(".stop") && e.querySelector(".soft")?.textContent.trim())).map((e) => `a stage that only its colour tells: ${called(e)}`),
        ...all(".tag, .note, .emsg").filter((e) => shown(e) && silent(e)).map((e) => `only a colour: ${called(e)}`),
        ...all(".dot").filter((e) => silent(e.parentElement)).map((e) => `a dot without words: ${called(e.parentElement)}`),
        ...all("[aria-current]").filter((e) => { const s = getComputedStyle(e); return !e.closest("ol.tl") && s.fontWeight < 600 && s.boxShadow === "none" && channels(s.backgroundColor)[3] === 0 && s.borderTopWidth === "0px"; }).map((e) => `where you are shows by the colour of its letters alone: ${called(e)}`),
        ...all("main p a, main li a, main dd a, main td a").filter((e) => shown(e) && getComputedStyle(e).textDecorationLine === "none" && !e.matches(".btn, .tool, .phone, .ways a, tr.link a, .theme [aria-current]") && getComputedStyle(e).display === "inline").map((e) => `a link in a text that only its colour tells: ${called(e)}`),
      ];
    },

    edges() { // borders of fields and rings of focus stand out from their ground: 3 to 1
      const found = [];
      for (const e of all("input:not([type=hidden]), select, textarea")) {
        if (!shown(e)) continue;
        const ratio = contrast(getComputedStyle(e).borderTopColor, ground(e.parentElement));
        if (ratio < 3) found.push(`its border stands out ${ratio.toFixed(2)} to 1: ${called(e)}`);
      }
      return found;
    },

    moves() { // for who asked for calm
      return all("*").filter((e) => {
        const s = getComputedStyle(e);
        return s.transitionDuration.split(",").some((d) => parseFloat(d) > 0) || (s.animationName !== "none" && parseFloat(s.animationDuration) > 0);
      }).slice(0, 3).map((e) => `moves, although the reader asked for calm: ${called(e)}`);
    },

    forced() { // the reader's own few colours: everything that can be pressed is still to be seen as such
      return all("main button, main .btn, main input:not([type=hidden])").filter(shown).filter((e) => {
        const s = getComputedStyle(e);
        return s.borderTopStyle === "none" && !/radio|checkbox/.test(e.type) && !/underline/.test(s.textDecorationLine) && s.outlineStyle === "none" && !e.closest(".ways, fieldset");
      }).map((e) => `has no edge in forced colours: ${called(e)}`)
        .concat(all("[aria-pressed=true]").filter((e) => shown(e) && getComputedStyle(e).outlineStyle === "none" && getComputedStyle(e).borderTopStyle === "none").map((e) => `that it is pressed does not show in forced colours: ${called(e)}`));
    },

    paper() {
      const moving = all(".nav, .skip, .demo, .tools, main button:not(.ways button)").filter(shown).filter((e) => !hidden(e)).map((e) => `stands on paper and can't be pressed there: ${called(e)}`);
      const dark = all("main h1, main h2, main p, main td, main dd").filter((e) => shown(e) && e.innerText.trim() && contrast(getComputedStyle(e).color, "white") < 4.5 && !e.closest(".tag, svg")).map((e) => `is pale on paper: ${called(e)}`);
      const fixed = all("body *").filter((e) => shown(e) && /fixed|sticky/.test(getComputedStyle(e).position)).map((e) => `is fixed on paper: ${called(e)}`);
      return [...moving, ...dark.slice(0, 3), ...fixed];
    },

    outline(language) {
      const found = [];
      const heads = all("h1").filter(shown);
      if (heads.length !== 1) found.push(`${heads.length} first headings`);
      if (document.documentElement.lang !== language) found.push(`says it is in "${document.documentElement.lang}"`);
      if (!document.title.trim()) found.push("has no title");
      if (!document.querySelector("main")) found.push("has no main content");
      all("[tabindex]").filter((e) => e.tabIndex > 0).forEach((e) => found.push(`jumps its turn: ${called(e)}`));
      all("table").filter((t) => !t.querySelector("th[scope]")).forEach((t) => found.push(`a table without headed columns: ${called(t)}`));
      all("img, svg").filter((e) => shown(e) && !e.closest("[aria-hidden=true]") && !e.matches("[alt], [aria-label], [aria-labelledby], [role=img]") && !e.querySelector("title") && !e.parentElement.innerText.trim() && !e.parentElement.querySelector(".vh")).forEach((e) => found.push(`a picture without words: ${called(e.parentElement)}`));
      return found;
    },

    data() { // what comes from a system may be in any script: it stands by itself
      return all(".facts dd, .tbl td, .tbl tbody th").filter((cell) => {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        for (let text; (text = walker.nextNode());) {
          if (text.textContent.trim() && !text.parentElement.closest("bdi, time, code, button, .tag, .soft, .vh, .ask, .origins, .said")) return true;
        }
        return false;
      }).map((e) => `data that does not stand by itself: ${called(e)}`);
    },

    content() { // what the page says, without what may differ from moment to moment
      const copy = document.querySelector("main")?.cloneNode(true);
      copy?.querySelectorAll("time, input[type=hidden], [data-passkey-none]").forEach((e) => e.remove());
      return copy ? [copy.textContent.replace(/\s+/g, " ").trim()] : [];
    },
    visible() {
      const main = document.querySelector("main");
      return main && shown(main) && main.innerText.trim() ? [] : ["nothing of the content shows without scripts"];
    },

    labels() { // what stands on something: label, kind
      const of = (selector, kind, beside = ".ask") => all(selector).filter((e) => shown(e) && !e.closest("svg, .drawing, .scroll")).map((e) => [kind, [...e.childNodes].filter((n) => !n.matches?.(".ask, .vh") && !n.matches?.(beside)).map((n) => n.textContent).join(" ").trim().replace(/\s+/g, " ")]);
      return [...of("dt, thead th", "label"), ...of("label", "question", ".soft"), ...of("button:not(.ways button)", "button"), ...of(".btn", "button"), ...of(".nav a", "menu entry"), ...of(".tag", "tag")].filter(([, text]) => text);
    },

    texts() { // every text that shows: [text, what it stands in, whether it is data]
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode());) {
        const e = node.parentElement, text = node.textContent.replace(/\s+/g, " ").trim();
        if (!text || e.closest("script, style, template")) continue;
        found.push([text, called(e), e.closest("bdi, time, code, .mail, .num, pre, .exact") !== null, e.closest(".demo, .switch, .ask, .origin, .origins") !== null, e.closest("svg, .drawing, .blueprint-cards, .scroll") !== null]);
      }
      for (const e of all("[aria-label], [title], [alt], [data-label], [data-busy]")) {
        for (const name of ["aria-label", "title", "alt", "data-label", "data-busy"]) {
          if (e.getAttribute(name)?.trim()) found.push([e.getAttribute(name).trim(), `${name} of ${called(e)}`, false, e.closest(".demo, .switch, .ask, .origin, .origins") !== null, e.closest("svg, .drawing, .blueprint-cards, .scroll") !== null]);
        }
      }
      found.push([document.title, "the title", false, false, false]);
      return found;
    },

    async axe(...rules) {
      const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
      return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.length} times, such as ${v.nodes[0].html.slice(0, 110)}`);
    },
    several(...names) { return names.map((name) => [name, this[name]()]); },
    letters(size) { document.documentElement.style.fontSize = size; return []; },
    untranslated(...names) { // words outside brackets, where every translated text is inside them
      const ours = "bdi, time, .num, .mail, pre, script, style, .logo, .avatar, [hreflang], svg, .origin, .origins";
      const dates = /\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day )?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?: \d{4})?\b/g;
      const found = [];
      let depth = 0;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode());) {
        const e = node.parentElement;
        if (e.closest("script, style, svg")) continue; // a drawing breaks and shortens its texts
        let outside = "";
        for (const letter of node.textContent) {
          if (letter === "[") depth += 1;
          else if (letter === "]") depth -= 1;
          else if (depth === 0) outside += letter;
        }
        outside = names.reduce((text, name) => text.replaceAll(name, ""), outside).replace(dates, "").trim().replace(/^\/\S*$/, ""); // an address is an address
        if (/\p{L}{2}/u.test(outside) && !e.closest(ours)) found.push(`"${outside.slice(0, 60)}" in ${called(e)}`);
      }
      if (depth !== 0) found.push(`a bracket is not closed (${depth})`);
      for (const name of ["aria-label", "title", "alt", "data-label", "data-busy", "placeholder"]) {
        all(`[${name}]`).filter((e) => /\p{L}{2}/u.test(e.getAttribute(name)) && !e.getAttribute(name).includes("[") && !e.closest("svg"))
          .forEach((e) => found.push(`"${e.getAttribute(name)}" as ${name} of ${called(e)}`));
      }
      if (!document.title.includes("[")) found.push(`"${document.title}" is the title`);
      return found;
    },
    openEverything() { all("details").forEach((e) => { e.open = true; }); return []; },
    never() { // of radio buttons of one question the keyboard reaches one, and its arrows the others
      const reached = new Set(controls().filter((e) => e.type === "radio" && e.dataset.seenBefore).map((e) => e.name));
      return controls().filter((e) => !e.dataset.seenBefore && !(e.type === "radio" && reached.has(e.name))).map((e) => `is never reached: ${called(e)}`);
    },
    fromTheTop() { // also where a page begins with the focus at what is wrong, and once more
      this.last = null;
      all("[data-seen-before]").forEach((e) => delete e.dataset.seenBefore);
      scrollTo(0, 0);
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute("tabindex");
      return [];
    },

    focused() { // where the keyboard is now
      const e = document.activeElement;
      if (!e || e === document.body || e === document.documentElement) return null;
      const style = getComputedStyle(e), r = box(e), before = e !== this.last && e.dataset.seenBefore; // a date has several stops
      this.last = e;
      e.dataset.seenBefore = "1";
      const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]].map(([x, y]) => [r.left + r.width * x, r.top + r.height * y])
        .filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
      const free = points.some(([x, y]) => { const top = document.elementFromPoint(x, y); return top && (top === e || e.contains(top) || (top.contains(e) && !top.matches("body, html, main"))); });
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const ratio = ring ? contrast(style.outlineColor, ground(e.parentElement)) : 0;
      return { name: called(e), again: before === "1", free, ring, ratio, inside: e.closest("svg, .scroll, .drawing") !== null };
    },
  };
})()
