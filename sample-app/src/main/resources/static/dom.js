export const byId = (id) => document.getElementById(id)

/** An element with text: text is never read as markup. */
export function element(name, text = '', className = '') {
  const made = document.createElement(name)
  made.textContent = text
  made.className = className
  return made
}

export function setText(target, text) {
  // Only a change is announced by a screen reader
  if (target.textContent !== text) {
    target.textContent = text
  }
}

/** Say something to those who do not see the page. */
export const say = (text) => setText(byId('spoken'), text)

export async function request(url, options = {}) {
  const response = await fetch(url, { cache: 'no-store', ...options })
  const body = await response.json().catch(() => null)
  if (!response.ok) {
    throw new Error(body?.detail ?? `The service answered ${response.status}.`)
  }
  return { body, servedBy: response.headers.get('X-Served-By') }
}

export const explain = (error) =>
  error.name === 'TypeError' ? 'The service cannot be reached. Trying again …' : error.message

const whole = new Intl.NumberFormat('en')
export const number = (value) => whole.format(value)

/** Milliseconds with as many digits as one can read while they change. */
export const millis = (value) => value >= 10 ? number(Math.round(value)) : value.toFixed(1)

// ---- one colour for each server, everywhere on the page

const COLOURS = 6
const colours = new Map()

export function colourOf(server) {
  if (!colours.has(server)) {
    colours.set(server, `--server-${colours.size % COLOURS}`)
  }
  return colours.get(server)
}

/** What a colour is at the moment, for a canvas, which knows no variables. */
export function resolve(variable) {
  const probe = element('span')
  probe.style.color = `var(${variable})`
  document.body.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
