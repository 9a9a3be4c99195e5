import { byId, setText } from './dom.js'

const RETRY = 1000

/**
 * What the service tells. The browser connects again by itself when a connection breaks, but not when it was
 * refused, as by a service that is about to stop.
 *
 * @param handlers by the name of the event: what to do with its content. `restart` is called when the service
 * is another one than before.
 */
export function listen(handlers) {
  let run = null
  let last = ''

  function connect() {
    const source = new EventSource(`live${last ? `?after=${encodeURIComponent(last)}` : ''}`)
    source.onopen = () => show('live', 'live')
    source.onerror = () => {
      show('broken', 'connecting again')
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(connect, RETRY)
      }
    }
    source.addEventListener('hello', ({ data }) => {
      const { run: now } = JSON.parse(data)
      if (run && run !== now) {
        handlers.restart()
      }
      run = now
    })
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (message) => {
        last = message.lastEventId || last
        handle(JSON.parse(message.data))
      })
    }
  }

  connect()
}

function show(state, text) {
  byId('feed').dataset.state = state
  setText(byId('feed-text'), text)
  byId('alert').hidden = state !== 'broken'
  setText(byId('alert'), state === 'broken' ? 'The service cannot be reached. Trying again …' : '')
}
