import { SlimError } from '../../core/errors'

/** A flag's value is wrong. `flag` is as it was typed, for a form that shows the error at its field. */
export class FlagError extends SlimError {
  readonly flag: string

  constructor(flag: string, message: string, remedy: string) {
    super('flags/value', message, remedy)
    this.flag = flag
  }
}
