/**
 * Which keys of a `config.json` are known. An unknown one may change the arithmetic, so it is refused and never passed
 * over.
 */
import type { ConfigFormat } from "./config-format.ts";

/**
 * Keys that every configuration of transformers (4 and 5) may carry and that change nothing of a policy's logits in
 * float32: where it comes from, how it is stored, what is returned, how `generate` behaves, labels of classifiers. Also
 * marks that converters and tools leave.
 */
const withoutEffect: ReadonlySet<string> = new Set(
  `
    architectures transformers_version _name_or_path name_or_path _commit_hash tokenizer_class prefix finetuning_task
    torch_dtype dtype use_bfloat16
    torchscript tf_legacy_loss use_cache return_dict return_dict_in_generate _attn_implementation attn_implementation
    _attn_implementation_autoset
    _attn_implementation_internal _experts_implementation_internal experts_implementation output_hidden_states
    output_attentions output_scores
    chunk_size_feed_forward initializer_range is_decoder bos_token_id eos_token_id pad_token_id sep_token_id
    cls_token_id mask_token_id unk_token_id
    decoder_start_token_id id2label label2id num_labels problem_type task_specific_params tie_encoder_decoder
    max_length min_length do_sample
    early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p typical_p repetition_penalty
    length_penalty
    no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences forced_bos_token_id
    forced_eos_token_id remove_invalid_values
    exponential_decay_length_penalty suppress_tokens begin_suppress_tokens transformers.js_config unsloth_fixed
    unsloth_version
  `
    .trim()
    .split(/\s+/),
);

/** Keys of the outermost object of `config` that neither its format nor every configuration knows. */
export const unknownKeys = (
  config: Readonly<Record<string, unknown>>,
  format: Pick<ConfigFormat<unknown>, "schema" | "harmless">,
): string[] => {
  const known = new Set([...Object.keys(format.schema.properties), ...format.harmless]);
  return Object.keys(config).filter((key) => !known.has(key) && !withoutEffect.has(key));
};
