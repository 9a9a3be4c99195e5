import { byId, element, explain, number, request, say, setText } from './dom.js'

const HINT = 'Each of these is done to the real servers behind this page.'

let tour = { running: false }

const post = (path) => request(path.replace(/^\//, ''), { method: 'POST' })

// ---- actions

export function showControls({ busy, controls, fileLag, stale }) {
  byId('controls').hidden = tour.running
  const list = byId('actions')
  if (list.children.length !== controls.length) {
    list.replaceChildren(...controls.map(control))
    // On a phone there is too much of it
    byId('controls').open = matchMedia('(min-width: 48rem)').matches
    setText(byId('action-what'), HINT)
  }
  controls.forEach(({ what, whyNot }, i) => {
    const off = Boolean(busy || whyNot)
    const [button, note] = list.children[i].children
    // Not "disabled", which would take the focus away from whoever has just pressed it
    button.setAttribute('aria-disabled', off)
    setText(note, whyNot || what)
  })
  showSlider('lag', fileLag, late(fileLag))
  setText(byId('controls-situation'), busy ? `${busy} …` : stale)
}

function control({ path, label }, i) {
  const item = element('li')
  const button = element('button', label)
  button.type = 'button'
  const note = element('p')
  note.id = `action-${i}`
  button.setAttribute('aria-describedby', note.id)
  button.addEventListener('click', () => play(button, path, label))
  for (const [type, shown] of [['pointerenter', true], ['focus', true], ['pointerleave', false], ['blur', false]]) {
    button.addEventListener(type, () => setText(byId('action-what'), shown ? note.textContent : HINT))
  }
  item.append(button, note)
  return item
}

async function play(button, path, label) {
  if (button.getAttribute('aria-disabled') === 'true') {
    return
  }
  const started = performance.now()
  setText(byId('controls-status'), '')
  try {
    const { body } = await post(path)
    setText(byId('controls-status'), `${body.message} (${number(Math.round(performance.now() - started))} ms)`)
  } catch (error) {
    setText(byId('controls-status'), explain(error))
  }
}

// ---- sliders

function showSlider(id, value, text) {
  const slider = byId(id)
  if (slider !== document.activeElement || slider.dataset.sent === String(value)) {
    slider.value = value
    setText(byId(`${id}-value`), text)
  }
}

function slider(id, path, words) {
  const input = byId(id)
  input.addEventListener('input', () => setText(byId(`${id}-value`), words(input.valueAsNumber)))
  input.addEventListener('change', async () => {
    input.dataset.sent = input.value
    try {
      await post(`${path}${input.value}`)
    } catch (error) {
      setText(byId('controls-status'), explain(error))
    }
  })
}

const load = (rate) => rate === 0 ? 'none' : `${rate} requests a second`
const late = (seconds) => seconds === 0 ? 'at once' : `${seconds} s late`

slider('rate', 'demo/load?rate=', load)
slider('lag', 'demo/file-lag?seconds=', late)

export function showLoad({ rate, sent, failed, lastFailure }) {
  byId('client-tile').hidden = sent === 0
  byId('client-tile').classList.toggle('bad', failed > 0)
  setText(byId('client-failed'), number(failed))
  setText(byId('client-sent'), failed > 0 ? `of ${number(sent)}; the last was ${lastFailure.slice(0, 60)}` : `of ${number(sent)} sent`)
  showSlider('rate', rate, load(rate))
}

// ---- the tour

export function showTour(now) {
  byId('tour').hidden = false
  if (now.running && now.title !== tour.title) {
    say(`${now.title}. ${now.text}`)
  }
  if (!now.running && now.conclusion && now.conclusion !== tour.conclusion) {
    say(now.conclusion)
  }
  tour = now
  byId('tour').classList.toggle('running', now.running)
  byId('controls').hidden = now.running
  setText(byId('tour-progress'), now.running && now.step ? `The tour, step ${now.step} of ${now.steps}` : 'The tour')
  setText(byId('tour-title'), now.running ? now.title
    : now.conclusion ? 'That was the tour' : 'Two minutes: everything goes wrong, and no request fails')
  setText(byId('tour-text'), now.running ? now.text : now.conclusion ||
    'A switchover, a crash, a promotion that nobody tells, a master that hangs, a standby that stops replaying, a new password, half a file: each explained as it happens, under load.')
  byId('tour-look').hidden = !now.look
  setText(byId('tour-look'), now.look)
  byId('tour-bar').hidden = !now.running
  byId('tour-bar').max = now.steps || 1
  byId('tour-bar').value = Math.max(0, now.step - 1)
  setText(byId('tour-button'), now.running ? 'Stop' : now.conclusion ? 'Show me again' : 'Show me')
  byId('tour-results').replaceChildren(...now.results.map(({ title, figures }) => {
    const item = element('li')
    item.append(element('b', title), element('span', figures))
    return item
  }))
}

byId('tour-button').addEventListener('click', async () => {
  try {
    await post(tour.running ? 'demo/stop-tour' : 'demo/tour')
  } catch (error) {
    setText(byId('tour-text'), explain(error))
  }
})
