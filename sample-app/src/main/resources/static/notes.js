import { byId, element, explain, request, setText } from './dom.js'

const SHOWN = 5
const EVERY = 2000

/** Notes that were stored and are not on the replica yet that we read from. */
const fresh = new Map()

function noteItem(note) {
  const item = document.createElement('li')
  const time = element('time', new Date(note.createdAt).toLocaleTimeString())
  time.dateTime = note.createdAt
  time.title = `note ${note.id}, ${note.createdAt}`
  item.append(element('span', note.text), time)
  return item
}

async function showNotes() {
  const [{ body: notes }, { body: { count } }] =
    await Promise.all([request(`api/notes?limit=${SHOWN}`), request('api/notes/count')])
  notes.forEach((note) => fresh.delete(note.id))
  byId('notes').replaceChildren(...[...fresh.values()].reverse().concat(notes).slice(0, SHOWN).map(noteItem))
  setText(byId('count'), count === 1 ? '1 stored' : `${count} stored`)
}

/** One for each note that somebody wants stored, however often it has to be sent. */
let key = null

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

byId('text').addEventListener('input', () => { key = null })

byId('add').addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const status = byId('form-status')
  const button = form.querySelector('button')
  const started = performance.now()
  button.disabled = true
  key ??= newKey()
  setText(status, 'Storing …')
  try {
    const { body: note, servedBy } = await request('api/notes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ text: form.text.value }),
    })
    key = null
    fresh.set(note.id, note)
    form.reset()
    setText(status, `Stored by ${servedBy} in ${Math.round(performance.now() - started)} ms.`)
    await showNotes().catch(() => {})
  } catch (error) {
    setText(status, explain(error))
  } finally {
    button.disabled = false
    form.text.focus()
  }
})

export async function keepNotes() {
  if (!document.hidden) {
    await showNotes().catch(() => {})
  }
  setTimeout(keepNotes, EVERY)
}
