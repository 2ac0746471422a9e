/**
 * What the stub answers: about 1.5 kB of JSON as DeepSeek sends it, with an enhanced prompt in the form that
 * `PromptEnhancer` agrees on, so that every peer reads the same bytes.
 */

const prompt =
  "A red fox stands in fresh powder at the edge of a silent pine forest, its thick copper coat bright against the white " +
  "ground, black-tipped ears turned to a sound beyond the frame, breath hanging in the cold morning air. Low sun from " +
  "the left draws long blue shadows between the trunks and picks out single crystals on the crust of the snow; frost " +
  "covers the lower branches, and a trail of small prints leads back into the dim of the wood. Seen from a low angle " +
  "with a long lens, the fox in sharp focus in the left third, the background falling away in soft layers of grey and " +
  "green, a calm winter mood with muted colours and one warm accent, fine detail in fur and snow, no people, no text, " +
  "no buildings, the light even and natural, as on a still day after a long night of snowfall in the far north."

const completion = {
  id: "5f1d2a7c-9a54-4a38-8a0f-3d0f6f0b7c11",
  object: "chat.completion",
  created: 1795500000,
  model: "deepseek-flash",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: JSON.stringify({ prompt }) },
      logprobs: null,
      finish_reason: "stop"
    }
  ],
  usage: {
    prompt_tokens: 412,
    completion_tokens: 184,
    total_tokens: 596,
    prompt_tokens_details: { cached_tokens: 384 },
    prompt_cache_hit_tokens: 384,
    prompt_cache_miss_tokens: 28
  },
  system_fingerprint: "fp_a49d71b8a1"
}

/** The answer's body, as text. */
export const answerBody = JSON.stringify(completion)

/** The answer's bytes on the wire, head and body. */
export const answerBytes: Buffer = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(answerBody)}`,
    "x-ds-trace-id: 6c8e2f1b7d9a4e3c8b5f0a1d2c3e4f5a",
    "connection: keep-alive",
    "",
    answerBody
  ].join("\r\n")
)
