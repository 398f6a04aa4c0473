import pc from 'picocolors'

/** Exit codes: what a script may rely on. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const

const wantsColor = !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const forced = Boolean(process.env.FORCE_COLOR)

/** Colours for stdout and stderr, which may go to different places. */
export const outColors = pc.createColors(wantsColor && (forced || process.stdout.isTTY === true))
export const errColors = pc.createColors(wantsColor && (forced || process.stderr.isTTY === true))

/** A line that can be rewritten in place makes sense. */
export function isLive(): boolean {
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI
}

/** Writes lines to stdout: what the command is about. */
export function print(...lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
}

/** Writes lines to stderr: notes, warnings, errors. */
export function printAside(...lines: readonly string[]): void {
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/**
 * A reader that goes away (`| head`) is no error of ours: what it does not want is dropped. A run that is
 * followed goes on until it ends.
 */
export function tolerateBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
  }
}
