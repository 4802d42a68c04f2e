/** How much the long tests of the spool do: as a rule some seconds; the environment asks for more. */

/** Random histories of each model test: `SPOOL_RUNS`. */
export const histories = Number(process.env['SPOOL_RUNS'] ?? 150)

/** Processes that are killed: `SPOOL_KILLS`. */
export const kills = Number(process.env['SPOOL_KILLS'] ?? 10)

/** Milliseconds, with room for a busy machine. */
export const timeout = 60_000 + 200 * histories + 5_000 * kills
