import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { SAVED_HEADER } from '../../api/reachability';
import { fakeApi, json } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aListed } from '../../test/stories';

describe('without the server', () => {
  it('what the service worker saved is shown, and the page says that it is', async () => {
    const items = [aListed({ content: 'A saved fox' })];
    let away = true;
    fakeApi().on('GET /prompts', () =>
      Response.json(
        { items, next_cursor: null },
        { headers: away ? { [SAVED_HEADER]: 'yes' } : {} },
      ),
    );
    renderApp();
    expect(await screen.findByRole('link', { name: 'A saved fox' })).toBeVisible();
    expect(await screen.findByText(/The server cannot be reached/)).toBeVisible();
    away = false;
    window.dispatchEvent(new Event('online'));
    await waitFor(() => {
      expect(screen.queryByText(/The server cannot be reached/)).not.toBeInTheDocument();
    });
  });

  it('nothing is said while it answers', async () => {
    fakeApi().on('GET /prompts', () => json({ items: [aListed()], next_cursor: null }));
    renderApp();
    await screen.findByRole('link', { name: aListed().content });
    expect(screen.queryByText(/The server cannot be reached/)).not.toBeInTheDocument();
  });
});
