/** A small inbox to begin with: what each message is about. */
const inbox: { readonly [label: string]: readonly string[] } = {
  billing: [
    'I was charged twice for the same order.',
    'Where can I download my invoice for March?',
    'The discount code did not change the price.',
    'Please refund the payment from last week.',
    'My card was declined but the money is gone.',
    'Can I pay by bank transfer instead?',
    'The receipt shows the wrong VAT number.',
    'How do I change the card on my account?',
    'You billed me after I cancelled the subscription.',
    'The total on the bill is higher than in the cart.',
    'I need the invoice in the name of my company.',
    'When will the refund reach my bank?',
    'Is there a yearly price that is cheaper?',
    'There is a fee on my statement that I do not know.',
    'Please send the receipt to my accountant.',
    'The payment page shows an error for my card.',
    'I would like to pay in two instalments.',
    'Why did the monthly price go up?',
    'My refund is ten euros short.',
    'The invoice for order 1183 is missing.',
  ],
  delivery: [
    'My parcel has not arrived yet.',
    'The courier left the box in the rain.',
    'Can you ship to another address?',
    'Tracking has said "in transit" for nine days.',
    'The package was open when it came.',
    'Which carrier brings orders to Norway?',
    'Two of the five items are missing from the box.',
    'I will be away: can delivery wait until Monday?',
    'The driver rang at the wrong house.',
    'How long does shipping take to the islands?',
    'The tracking number does not work.',
    'My order went to my old address.',
    'Could a neighbour accept the parcel?',
    'The box is crushed and the lamp inside is broken.',
    'Is there a pick-up point near the station?',
    'The shipment was sent back without a word.',
    'Please leave the package behind the gate.',
    'I got somebody else’s parcel.',
    'Can you speed the delivery up to Friday?',
    'Customs is holding my shipment.',
  ],
  login: [
    'I cannot sign in with my password.',
    'The reset link in the mail has expired.',
    'My account is locked after three tries.',
    'How do I change my user name?',
    'The code for two-step sign-in never comes.',
    'It says that my e-mail address is unknown.',
    'Please delete my account and its data.',
    'I lost the phone with the authenticator app.',
    'The page logs me out every few minutes.',
    'Can my colleague and I share one login?',
    'My new password is refused without a reason.',
    'I am signed in as somebody else!',
    'How do I switch two-step sign-in on?',
    'The captcha will not let me through.',
    'I registered twice: please join both accounts.',
    'Sign-in with Google shows a blank page.',
    'Where do I set a new password?',
    'My profile has the wrong e-mail address.',
    'The app forgets me after every update.',
    'Somebody tried to get into my account last night.',
  ],
};

/** The inbox as CSV, its labels taking turns. */
export function messagesCsv(): string {
  const labels = Object.keys(inbox);
  const count = Math.max(...labels.map((label) => inbox[label]?.length ?? 0));
  const lines = Array.from({ length: count }, (_, i) =>
    labels.flatMap((label) => {
      const text = inbox[label]?.[i];
      return text === undefined ? [] : [`"${text.replaceAll('"', '""')}",${label}`];
    }),
  ).flat();
  return `text,label\n${lines.join('\n')}\n`;
}
