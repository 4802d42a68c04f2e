/** Histories of the model test that once went wrong, and why they are kept. */
import type { Action } from './play.ts'

export const regressions: readonly { readonly reason: string; readonly actions: readonly Action[] }[] = [
  {
    reason: 'a sync covers what a run before has left in the page cache',
    actions: [{ do: 'append', sizes: [0] }, { do: 'kill' }, { do: 'burst', count: 2 }, { do: 'losePower', seed: 0 }],
  },
]
