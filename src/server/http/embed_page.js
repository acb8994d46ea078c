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
  const wanted = () => Math.min(Math.max(Math.round(innerWidth * 0.5625), 220), 640);
  const height = () => innerHeight >= 80 ? innerHeight : wanted();

  // The picture, at the frame's own size.
  const holder = document.getElementById('picture');
  const show = () => {
    if (alive) return;
    // A frame that is not laid out yet has no size.
    if (innerWidth < 16) { requestAnimationFrame(show); return; }
    const key = asked.get('key');
    const step = size => Math.min(Math.max(Math.ceil(size / 8) * 8, 16), 4096);
    const size = `w=${step(innerWidth)}&h=${step(height())}&dpr=${devicePixelRatio > 1 ? 2 : 1}`;
    const source = `/p/${token}.png?${size}&theme=${shade()}${key ? `&key=${encodeURIComponent(key)}` : ''}`;
    if (holder.getAttribute('src') !== source) holder.setAttribute('src', source);
  };

  // The height that it would like, in the shapes that pages know.
  let said = 0;
  const say = () => {
    const board = alive && document.querySelector('.shared-board');
    const now = Math.min(Math.max(Math.ceil(board && own.dataset.kind !== 'panel' ? board.scrollHeight : wanted()), 80), 10000);
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
      if (!document.querySelector('.shared-board [aria-busy="false"], .shared-board [role="alert"]')) return;
      clearInterval(drawn);
      holder.remove();
      say();
      new ResizeObserver(say).observe(document.querySelector('.shared-board'));
    }, 60);
  };
  for (const reach of ['pointerenter', 'pointerdown', 'focusin', 'keydown', 'touchstart']) {
    own.addEventListener(reach, wake, { once: true, passive: true });
  }
  holder.addEventListener('error', wake);
  if (asked.get('interactive') === '1') addEventListener('load', wake);

  addEventListener('resize', soon);
  dark.addEventListener('change', show);
  addEventListener('message', event => {
    if (event.source !== parent || parent === window) return;
    const resizer = typeof event.data === 'string' && /^\[iFrameSizer\]([\w-]{1,64}):/.exec(event.data);
    if (resizer) { frame = resizer[1]; said = 0; say(); return; }
    const set = event.data;
    if (set && set.type === 'throughline:set' && ['light', 'dark', 'auto', 'transparent'].includes(set.theme)) {
      theme = set.theme;
      own.dataset.theme = theme;
      show();
    }
  });
  show();
  say();
  if (own.dataset.live) setInterval(() => { if (!alive && !document.hidden) { holder.removeAttribute('src'); show(); } }, 60000);
})();
