export const targets: Readonly<
  Record<
    string,
    {
      readonly npm: Readonly<Record<string, string>>
      readonly sharp: readonly string[]
      readonly dawn: readonly string[]
    }
  >
>
