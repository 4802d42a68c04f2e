/** Waiting for something, or for the end of it all, whichever is first; and leaving nothing behind that waits on. */

/** `wait` is given what to call when it has come. Calls it off by what `wait` gives back, if it is a function. */
export function untilOrStopped(stop: AbortSignal, wait: (resume: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve()
      return
    }
    let callOff: unknown
    const stopped = () => {
      if (typeof callOff === 'function') callOff()
      resolve()
    }
    stop.addEventListener('abort', stopped, { once: true })
    callOff = wait(() => {
      stop.removeEventListener('abort', stopped)
      resolve()
    })
  })
}
