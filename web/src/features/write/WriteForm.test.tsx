import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { showIn } from '../../i18n/setup';
import { fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aPrompt, aStory, someSettings } from '../../test/stories';

const CREATE = 'POST /prompts';
const prompt = aPrompt({ stories: [aStory({ text: 'Once upon a time.' })] });

describe('writing a prompt', () => {
  let api: ReturnType<typeof fakeApi>;
  beforeEach(() => {
    api = fakeApi()
      .on(CREATE, () => json(prompt, 201))
      .on(`GET /prompts/${prompt.id}`, () => json(prompt));
  });

  const idea = () => screen.getByRole('textbox', { name: 'Your idea' });
  const submit = () => screen.getByRole('button', { name: 'Write the story' });

  it('sends the idea with its wishes and opens the story', async () => {
    const user = userEvent.setup();
    const { router } = renderApp();
    await user.type(idea(), 'A fox who is afraid of the dark');
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Yuki');
    await user.type(screen.getByRole('textbox', { name: 'Age' }), '6');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Kind' }), 'Bedtime');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Story language' }), 'Japanese');
    await user.click(submit());

    // Both at once: the notice may be gone again before a slow machine has loaded the page.
    await Promise.all([
      screen.findByText('Once upon a time.'),
      screen.findByText('Your story is on its way.'),
    ]);
    expect(router.state.location.pathname).toBe(`/prompts/${prompt.id}`);
    expect(api.calls(CREATE)[0]?.body).toEqual({
      content: 'A fox who is afraid of the dark',
      options: { language: 'ja', protagonist: 'Yuki', age: 6, genre: 'bedtime' },
    });
  });

  it('warns about an empty idea and sends nothing', async () => {
    const user = userEvent.setup();
    renderApp();
    await user.type(idea(), '   ');
    await user.click(submit());

    const warning = 'Tell me first what the story should be about.';
    await waitFor(() => {
      expect(screen.getAllByText(warning).length).toBeGreaterThanOrEqual(2);
    });
    expect(idea()).toBeInvalid();
    expect(idea()).toHaveAccessibleDescription(warning);
    expect(idea()).toHaveFocus();
    expect(api.calls(CREATE)).toHaveLength(0);
  });

  it('is sent by the keyboard too', async () => {
    const user = userEvent.setup();
    renderApp();
    await user.type(idea(), 'A fox{Control>}{Enter}{/Control}');
    expect(await screen.findByText('Once upon a time.')).toBeVisible();
  });

  it('is sent once, however fast it is asked for again', async () => {
    renderApp();
    await userEvent.type(idea(), 'A fox');
    for (let time = 0; time < 3; time += 1) {
      fireEvent.keyDown(idea(), { key: 'Enter', ctrlKey: true });
    }
    expect(await screen.findByText('Once upon a time.')).toBeVisible();
    expect(api.calls(CREATE)).toHaveLength(1);
  });

  it('tries again by itself under the same key while the server is away', async () => {
    const answers = [problem(503), problem(503), json(prompt, 201)];
    api.on(CREATE, () => answers.shift() ?? problem(500));
    const user = userEvent.setup();
    renderApp();
    await user.type(idea(), 'A fox');
    await user.click(submit());

    expect(await screen.findByText('Once upon a time.')).toBeVisible();
    const keys = api.calls(CREATE).map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it('keeps the idea and says why when the server refuses', async () => {
    api.on(CREATE, () => problem(429));
    const user = userEvent.setup();
    renderApp();
    await user.type(idea(), 'A fox');
    await user.click(submit());

    expect(await screen.findByText(/Too many stories at once/)).toBeVisible();
    expect(screen.getByText('Trace id: abc')).toBeVisible();
    expect(idea()).toHaveValue('A fox');
  });

  it('shows at its field what the server found wrong', async () => {
    api.on(CREATE, () =>
      problem(422, { errors: [{ field: 'options.protagonist', message: 'no such name' }] }),
    );
    const user = userEvent.setup();
    renderApp();
    await user.type(idea(), 'A fox');
    await user.click(submit());
    expect(await screen.findByText('no such name')).toBeVisible();
  });

  it('keeps the draft over a reload, and empties it once it is sent', async () => {
    const user = userEvent.setup();
    const first = renderApp();
    await user.type(idea(), 'A fox');
    first.unmount();

    renderApp();
    expect(idea()).toHaveValue('A fox');
    await user.click(submit());
    await user.click(await screen.findByRole('link', { name: 'All stories' }));
    expect(idea()).toHaveValue('');
  });

  it('starts from a ready-made idea', async () => {
    const user = userEvent.setup();
    renderApp();
    const ideas = screen.getByRole('region', { name: 'Or start from one of these' });
    const first = within(ideas).getAllByRole('listitem')[0]?.querySelector('button');
    if (!first) throw new Error('no ideas');
    await user.click(first);
    expect(idea()).toHaveValue(first.textContent);
  });

  it('says that the built-in model writes English only, where that matters', async () => {
    api.on('GET /settings', () => json(someSettings({ model_builtin: true })));
    const user = userEvent.setup();
    renderApp();
    await screen.findByRole('option', { name: 'Japanese' });
    expect(screen.queryByText(/writes in English only/)).not.toBeInTheDocument();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Story language' }), 'Japanese');
    expect(await screen.findByText('The built-in model writes in English only.')).toBeVisible();
    await user.click(screen.getByText('How to connect another model'));
    expect(screen.getByText('LLM_BASE_URL')).toBeVisible();
  });

  it('offers the page’s language first', async () => {
    await showIn('ja');
    renderApp();
    await screen.findByRole('option', { name: '英語' });
    expect(screen.getByRole('combobox', { name: 'お話の言語' })).toHaveValue('ja');
  });
});
