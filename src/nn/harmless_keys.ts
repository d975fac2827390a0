/**
 * Keys of config.json that change nothing that is computed here: those that transformers 4 and 5 write for every model, those of the families
 * in models/, and those that other tools leave behind. Dropout acts nowhere here, not even in training.
 */
export const HARMLESS_KEYS: readonly string[] = [
  // Where the file comes from, and what wrote it.
  ...["_name_or_path", "name_or_path", "_commit_hash", "transformers_version", "transformers.js_config", "finetuning_task"],
  ...["unsloth_fixed", "unsloth_version", "is_llama_config", "task_specific_params", "prefix", "tokenizer_class"],
  ...["max_sequence_length", "tokenizer_model_max_length", "tokenizer_padding_side"],
  // Tokens. They are read where completions end (tokenizer, generation_config.json).
  ...["bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "unk_token_id", "cls_token_id", "mask_token_id"],
  "decoder_start_token_id",
  // How other programs compute the same thing.
  ...["use_cache", "attn_implementation", "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal"],
  ...["experts_implementation", "_experts_implementation", "_experts_implementation_internal", "_flash_attn_2_enabled"],
  ...["pretraining_tp", "gradient_checkpointing", "reorder_and_upcast_attn", "torchscript", "use_bfloat16", "tf_legacy_loss"],
  ...["chunk_size_feed_forward", "is_decoder", "tie_encoder_decoder"],
  // Dropout, and what else only training in other programs reads.
  ...["attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "classifier_dropout"],
  ...["resid_dropout", "embed_dropout"],
  // What a model returns, and heads of other tasks.
  ...["output_attentions", "output_hidden_states", "output_scores", "return_dict", "return_dict_in_generate", "tie_last_hidden_states"],
  ...["id2label", "label2id", "num_labels", "_num_labels", "problem_type", "output_past", "n_special", "predict_special_tokens"],
  // Keys of Phi-4-mini's that its own code reads and transformers does not.
  ...["full_attn_mod", "interpolate_factor"],
  // Generating: a command's own options say how tokens are drawn.
  ...["do_sample", "temperature", "top_k", "top_p", "typical_p", "min_length", "max_length", "num_beams", "num_beam_groups"],
  ...["early_stopping", "diversity_penalty", "repetition_penalty", "length_penalty", "encoder_repetition_penalty"],
  ...["no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "forced_bos_token_id"],
  ...["forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens"],
  ...["epsilon_cutoff", "eta_cutoff", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold"],
  ...["assistant_lookbehind", "target_lookbehind", "cache_implementation"],
];
