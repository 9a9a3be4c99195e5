import { byId, element, number } from './dom.js'

/** What happens after this much silence has nothing to do with what went before. */
const SILENCE = 15000
const GROUPS = 20
const LANES = { SERVERS: 'servers', FILE: 'file', STARTER: 'starter', SERVICE: 'clients' }

let groups = []

export function clearTimeline() {
  groups = []
  byId('timeline').replaceChildren(element('li', 'Nothing yet.', 'none'))
}

export function showEvent(event) {
  const latest = groups[0]
  if (!latest || event.opens || event.at - latest.last > SILENCE) {
    open(event)
  } else {
    latest.events.push(event)
    // Who tells and what is told take different ways
    latest.events.sort((one, other) => one.at - other.at)
    latest.last = Math.max(latest.last, event.at)
  }
  render(groups[0])
}

function open(event) {
  const item = element('li', '', 'group')
  groups.unshift({ events: [event], last: event.at, item })
  if (groups.length === 1) {
    byId('timeline').replaceChildren()
  }
  byId('timeline').prepend(item)
  groups.splice(GROUPS).forEach((old) => old.item.remove())
}

function render({ item, events }) {
  const time = element('time', new Date(events[0].at).toLocaleTimeString())
  time.dateTime = new Date(events[0].at).toISOString()
  const rows = element('ol')
  rows.append(...events.map((event) => row(event, event.at - events[0].at)))
  item.replaceChildren(time, rows)
}

function row({ source, text, detail }, after) {
  const made = element('li')
  made.dataset.source = source
  made.append(element('span', after === 0 ? '0 ms' : `+${number(after)} ms`, 'after'))
  const what = element('div')
  what.append(element('span', `${LANES[source]}: `, 'unseen'), element('span', text, 'text'))
  if (detail) {
    what.append(element('span', detail, 'detail'))
  }
  made.append(what)
  return made
}
