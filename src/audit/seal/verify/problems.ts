/** What the verifier can find, and the list in which it is kept: bounded, and neighbours of one kind are one problem. */
import { verifyProblemsMax } from '../../../limits.ts'

export type ProblemKind =
  /** A record's bytes are not those that were sealed. */
  | 'edited'
  /** A record that was sealed is not there, and others behind it are. */
  | 'deleted'
  /** A record, or a line of a seal, stands in another place. */
  | 'reordered'
  /** The end is missing: of an audit file, of a seal, or of the chain, as a checkpoint tells. */
  | 'cut_tail'
  /** Bytes of the audit file that no line of the seal is about. */
  | 'unsealed'
  /** A line without its end. */
  | 'torn'
  /** A file holds what belongs under another name. */
  | 'swapped'
  /** A file that the chain goes through is not there, and the manifest does not say why. */
  | 'missing_file'
  | 'missing_seal'
  /** A line of the seal, or of the manifest, does not follow from those before it. */
  | 'seal_edited'
  | 'manifest_edited'
  /** Records are in order among themselves, but are not those that were signed. */
  | 'rewritten'
  | 'foreign_key'
  | 'bad_signature'
  /** A checkpoint stands where it was not made. */
  | 'replayed_checkpoint'
  | 'unreadable'

export interface Problem {
  readonly kind: ProblemKind
  readonly file: string
  /** In bytes of the file, uncompressed. */
  readonly offset: number
  /** Of the (first) record concerned; null where there is none. */
  readonly sequence: number | null
  /** Records concerned. */
  readonly count: number
  /** In plain words, without the place. */
  readonly message: string
}

/** What a neighbour would have to begin with to be told together with this problem. */
interface Next {
  readonly offset: number
  readonly sequence: number | null
}

export class Problems {
  readonly list: Problem[] = []
  /** All that were found, those beyond the bound included. */
  total = 0
  #next: Next | undefined

  add({ count = 1, ...problem }: Omit<Problem, 'count'> & { readonly count?: number }): void {
    this.#next = undefined
    this.total++
    if (this.list.length < verifyProblemsMax) this.list.push({ ...problem, count })
  }

  /** One record of a run that is told as one problem; `next`: where the run would go on. `message` gets its first sequence, and its length. */
  addToRun(
    problem: Omit<Problem, 'count' | 'message'> & { readonly message: (first: number, count: number) => string },
    next: Next,
  ): void {
    const last = this.list.at(-1)
    const goesOn = this.#next?.offset === problem.offset && this.#next.sequence === problem.sequence
    if (last !== undefined && goesOn && last.kind === problem.kind && last.file === problem.file) {
      const count = last.count + 1
      this.list[this.list.length - 1] = { ...last, count, message: problem.message(last.sequence ?? 0, count) }
    } else this.add({ ...problem, message: problem.message(problem.sequence ?? 0, 1) })
    this.#next = next
  }

  /** Takes back what another problem explains. */
  replace(isExplained: (problem: Problem) => boolean): void {
    const kept = this.list.filter((problem) => !isExplained(problem))
    this.total -= this.list.length - kept.length
    this.list.splice(0, this.list.length, ...kept)
    this.#next = undefined
  }
}
