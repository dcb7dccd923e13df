import { officialClient, streamedText, textMessage } from '../clients/javascript.ts';

/** Prints an agent's card and a streamed answer, as a client sees them; `via` as in `Caller`. */
export async function showConversation(
  baseUrl: string,
  apiKey: string,
  via?: string,
): Promise<void> {
  const question = 'What can you do?';
  await showCard(baseUrl);
  console.log(`\nYou: ${question}`);
  process.stdout.write('Agent: ');
  const headers = { 'X-API-Key': apiKey };
  const client = await officialClient({ baseUrl, headers, ...(via !== undefined && { via }) });
  for await (const event of client.sendMessageStream(textMessage(question))) {
    process.stdout.write(streamedText(event));
  }
  process.stdout.write('\n');
}

interface Card {
  name: string;
  description: string;
  version: string;
  supportedInterfaces: { url: string; protocolBinding: string; protocolVersion: string }[];
  skills: { name: string; description: string }[];
}

async function showCard(baseUrl: string): Promise<void> {
  const url = `${baseUrl}/.well-known/agent-card.json`;
  const answer = await fetch(url, { headers: { 'A2A-Version': '1.0' } });
  const card = (await answer.json()) as Card;
  const rows = [
    ['card', url],
    ['agent', `${card.name} ${card.version} — ${card.description}`],
    ...card.skills.map(({ name, description }) => ['skill', `${name}: ${description}`]),
    ...card.supportedInterfaces.map((one) => [
      one.protocolBinding,
      `${one.url} (A2A ${one.protocolVersion})`,
    ]),
  ];
  console.log(
    `\n${rows.map(([key = '', value = '']) => `  ${key.padEnd(10)} ${value}`).join('\n')}`,
  );
}
