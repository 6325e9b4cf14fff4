import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aPrompt, aSummary } from '../../test/stories';

const LIST = 'GET /trash';
const fox = {
  ...aPrompt({ id: '1' }),
  stories: [aSummary()],
  trashed_at: '2026-11-22T10:00:00Z',
  purged_at: '2026-12-22T10:00:00Z',
};

describe('the trash', () => {
  let api: ReturnType<typeof fakeApi>;
  beforeEach(() => {
    api = fakeApi();
  });

  const has = (...items: unknown[]) => {
    api.on(LIST, () => json({ items, next_cursor: null }));
  };

  it('says until when a story can be restored, and restores it', async () => {
    has(fox);
    api.on('POST /trash/1/restore', () => {
      has();
      return new Response(null, { status: 204 });
    });
    const user = userEvent.setup();
    renderApp('/trash');
    expect(await screen.findByText('Gone for good after Dec 22, 2026')).toBeVisible();
    expect(screen.getByText('What you delete is kept here for 30 days.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: `Restore “${fox.content}”` }));
    expect(await screen.findByText('The trash is empty.')).toBeVisible();
    expect(await screen.findByText('It is back among your stories.')).toBeVisible();
  });

  it('asks before it deletes for good', async () => {
    has(fox);
    api.on('DELETE /trash/1', () => {
      has();
      return new Response(null, { status: 204 });
    });
    const user = userEvent.setup();
    renderApp('/trash');
    const remove = `Delete “${fox.content}” for good`;
    await user.click(await screen.findByRole('button', { name: remove }));
    const dialog = await screen.findByRole('alertdialog', { name: 'Delete this story for good?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => {
      expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument();
    });
    expect(api.calls('DELETE /trash/1')).toHaveLength(0);

    await user.click(screen.getByRole('button', { name: remove }));
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', {
        name: 'Delete for good',
      }),
    );
    expect(await screen.findByText('The trash is empty.')).toBeVisible();
  });

  it('is emptied as a whole', async () => {
    has(fox);
    api.on('DELETE /trash', () => {
      has();
      return new Response(null, { status: 204 });
    });
    const user = userEvent.setup();
    renderApp('/trash');
    await user.click(await screen.findByRole('button', { name: 'Empty the trash' }));
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', {
        name: 'Delete for good',
      }),
    );
    expect(await screen.findByText('The trash is empty.')).toBeVisible();
  });

  it('says why it could not be loaded', async () => {
    api.on(LIST, () => problem(500));
    renderApp('/trash');
    expect(await screen.findByText('The trash could not be loaded.')).toBeVisible();
  });
});
