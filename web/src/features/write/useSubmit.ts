import { useMutation, useQueryClient } from '@tanstack/react-query';

import { refreshLists } from '../../api/cache';
import { ApiError } from '../../api/problem';
import { createPrompt, promptById } from '../../api/prompts';
import { delayBefore, isWorthRetrying } from '../../api/queryClient';
import type { NewPrompt } from '../../api/types';
import { idempotencyKeyFor, settleSubmission } from './submission';

/** Sends a prompt. Passing faults are tried again by itself, which the key makes safe. */
export function useSubmit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (prompt: NewPrompt) => createPrompt(prompt, idempotencyKeyFor(prompt)),
    retry: isWorthRetrying,
    retryDelay: delayBefore,
    onSuccess: (prompt) => {
      settleSubmission();
      client.setQueryData(promptById(prompt.id).queryKey, prompt);
      void refreshLists(client);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.refused) settleSubmission();
    },
  });
}
