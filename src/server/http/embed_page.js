'use strict';
(() => {
  const asked = new URLSearchParams(location.search);
  const token = location.pathname.split('/')[2];
  const own = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let theme = own.dataset.theme || 'auto';
  let frame = null;
  let alive = false;

  const shade = () => theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  const article = () => document.querySelector(alive ? '.shared-board .report-body' : '#still .report-body') || document.querySelector('.report-body');
  // A height that was asked for, or one that fits what is shown.
  const fixed = Number(asked.get('height')) || 0;
  const wanted = () => fixed > 0 ? Math.round(fixed) : own.dataset.kind === 'report' ? article().offsetHeight + 32 : Math.min(Math.max(Math.round(innerWidth * 0.5625), 220), 640);
  const height = () => innerHeight >= 80 ? innerHeight : wanted();

  const range = () => {
    const ends = ['xmin', 'xmax'].map(name => asked.get(name) ? Number(asked.get(name)) : NaN);
    return ends.every(Number.isFinite) && ends[0] < ends[1] ? ends : null;
  };
  const step = size => Math.min(Math.max(Math.ceil(size / 8) * 8, 16), 4096);

  // Pictures that changed have another address.
  let changes = 0;
  const again = () => changes ? `&v=${changes}` : '';

  // The picture, at the frame's own size.
  const holder = document.getElementById('picture') || document.getElementById('still');
  const isReport = holder.id === 'still';
  const show = () => {
    if (alive) return;
    if (isReport) {
      if (theme === 'auto') own.dataset.theme = shade();
      for (const image of holder.querySelectorAll('[data-dark]')) {
        // A picture of its place's own size.
        const { width, height } = image.getBoundingClientRect();
        if (width < 16) continue;
        const source = image.dataset.dark.replace(/&w=\d+&h=\d+/, `&w=${step(width)}&h=${step(height)}`).replace(/theme=\w+/, `theme=${shade()}${again()}`);
        if (image.getAttribute('src') === source) continue;
        image.previousElementSibling?.remove();
        image.setAttribute('src', source);
      }
      return;
    }
    // A frame that is not laid out yet has no size.
    if (innerWidth < 16) { requestAnimationFrame(show); return; }
    const also = ['key', 'panel', 'legend', 'title', 'smooth', 'x', ...(range() ? ['xmin', 'xmax'] : [])].filter(name => asked.has(name));
    const size = `w=${step(innerWidth)}&h=${step(height())}&dpr=${devicePixelRatio > 1 ? 2 : 1}`;
    const source = `/p/${token}.png?${size}&theme=${shade()}${again()}${also.map(name => `&${name}=${encodeURIComponent(asked.get(name))}`).join('')}`;
    if (holder.getAttribute('src') !== source) holder.setAttribute('src', source);
  };

  // The height that it would like, in the shapes that pages know.
  let said = 0;
  const say = () => {
    const board = alive && document.querySelector('.shared-board');
    const now = Math.min(Math.max(Math.ceil(board && !fixed && own.dataset.kind === 'view' ? board.scrollHeight : wanted()), 80), 10000);
    if (parent === window || Math.abs(now - said) < 1) return;
    said = now;
    const id = frame || token;
    parent.postMessage({ type: 'throughline:height', id, height: now }, '*');
    parent.postMessage({ 'datawrapper-height': { [id]: now } }, '*');
    parent.postMessage({ sentinel: 'amp', type: 'embed-size', height: now }, '*');
    parent.postMessage(`pymxPYMx${id}xPYMxheightxPYMx${now}`, '*');
    if (frame) parent.postMessage(`[iFrameSizer]${frame}:${now}:${innerWidth}:size`, '*');
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { show(); say(); }, 100);
  };

  // What the page around it says: for the picture, and for the app, once more when it is there.
  const told = new Map();
  const pass = (what, detail) => dispatchEvent(new CustomEvent(`throughline:${what}`, { detail }));
  const tell = (what, detail) => {
    told.set(what, detail);
    if (alive) pass(what, detail); else show();
  };

  // The app comes when somebody reaches for the chart.
  const wake = () => {
    if (alive || asked.get('interactive') === '0') return;
    alive = true;
    const app = document.getElementById('app').content;
    for (const part of app.children) {
      if (part.tagName !== 'SCRIPT') { document.head.append(part.cloneNode(true)); continue; }
      const script = document.createElement('script');
      script.type = part.type;
      script.textContent = part.textContent;
      document.head.append(script);
    }
    const drawn = setInterval(() => {
      const board = isReport && document.querySelector('.shared-board');
      // It is read where it was read.
      if (board && board.scrollTop !== holder.scrollTop) board.scrollTop = holder.scrollTop;
      if (!document.querySelector('.shared-board [aria-busy="false"], .shared-board [role="alert"]')) return;
      clearInterval(drawn);
      for (const [what, detail] of told) pass(what, detail);
      holder.remove();
      say();
      new ResizeObserver(say).observe(document.querySelector(isReport ? '.shared-board .report-body' : '.shared-board'));
    }, 60);
  };
  // A report is read as it is, until somebody reaches for one of its panels.
  const reached = isReport ? [...holder.querySelectorAll('.report-panel')] : [own];
  for (const reach of ['pointerenter', 'pointerdown', 'focusin', 'keydown', 'touchstart']) {
    for (const part of reached) part.addEventListener(reach, wake, { once: true, passive: true });
  }
  if (!isReport) holder.addEventListener('error', wake);
  // Asked for at once, it still waits until somebody could see it.
  if (asked.get('interactive') === '1') {
    addEventListener('load', () => {
      const seen = new IntersectionObserver(entries => {
        if (!entries.some(entry => entry.isIntersecting)) return;
        seen.disconnect();
        wake();
      }, { rootMargin: '200px' });
      seen.observe(document.body);
    });
  }

  addEventListener('resize', soon);
  if (isReport) new ResizeObserver(() => { if (!alive) say(); }).observe(article());
  dark.addEventListener('change', show);
  addEventListener('message', event => {
    if (event.source !== parent || parent === window) return;
    const resizer = typeof event.data === 'string' && /^\[iFrameSizer\]([\w-]{1,64}):/.exec(event.data);
    if (resizer) { frame = resizer[1]; said = 0; say(); return; }
    const set = event.data;
    if (!set || set.type !== 'throughline:set') return;
    if (['light', 'dark', 'auto', 'transparent'].includes(set.theme)) {
      theme = set.theme;
      own.dataset.theme = theme;
      tell('theme', theme);
    }
    const ends = Array.isArray(set.xrange) && set.xrange.length === 2 ? set.xrange : null;
    if (set.xrange === null || (ends && ends.every(Number.isFinite) && ends[0] < ends[1])) {
      for (const [at, name] of ['xmin', 'xmax'].entries()) if (ends) asked.set(name, ends[at]); else asked.delete(name);
      tell('xrange', ends ? ends.join(' ') : '');
    }
    if (Number.isFinite(set.step)) tell('step', String(set.step));
  });
  show();
  say();

  // Until the app comes: what changed is drawn again, and a link that opens no more says so.
  let version = null;
  const news = async () => {
    if (alive || document.hidden) return;
    try {
      const key = asked.get('key');
      const answer = await fetch(`/api/shared/${token}/version`, key ? { headers: { 'x-share-key': key } } : {});
      if (answer.status === 404 || answer.status === 401) { location.reload(); return; }
      const now = (await answer.json()).version;
      if (version !== null && now !== version) { changes += 1; show(); }
      version = now;
    } catch { /* Without a server it stays as it is. */ }
  };
  const every = asked.get('refresh') === 'off' ? 0 : Math.max(Number(asked.get('refresh')) || 10, 10);
  news();
  if (every) setInterval(news, every * 1000);
})();
