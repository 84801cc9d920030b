import { redactConfig } from '../config/redact.ts';
import { configurationReference } from '../config/reference.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { readCertificate } from '../http/certificate.ts';
import { type Command, usageError } from './command.ts';

export const command: Command = {
  usage: 'check|show|reference',
  options: {},
  words: [1, 1],
  strict: true,
  examples: [
    'pisang config check',
    'pisang --config ./my.json config show',
    'PISANG_HTTP_LISTEN=127.0.0.1:8080 pisang config show',
  ],
  run: async (context) => {
    switch (context.words[0] ?? '') {
      case 'check':
        try {
          const { config, files, warnings } = await context.loadConfig();
          warnings.forEach(context.complain);
          if (config.http.tls !== null) {
            readCertificate(config.http.tls);
          }
          const read = files.length === 0 ? 'no file, defaults only' : files.join(', ');
          context.print(`the configuration is good (${read})`);
          return 0;
        } catch (error) {
          const problems = error instanceof GatewayError ? error.context['problems'] : null;
          if (!Array.isArray(problems)) {
            throw error;
          }
          problems.forEach((problem) => {
            context.complain(`pisang: ${problem}`);
          });
          return 64;
        }
      case 'show':
        context.print(JSON.stringify(redactConfig((await context.loadConfig()).config), null, 2));
        return 0;
      case 'reference':
        context.print(configurationReference().trimEnd());
        return 0;
      default:
        throw usageError('after "config" comes check, show or reference');
    }
  },
};
