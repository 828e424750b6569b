/** Why a window ends later than its notice said, as the notice's page tells it. */
const reasons: Readonly<Record<string, (what: string) => string>> = {
  gap: (days) => `${days.replaceAll(',', '、')} 公示中断 / the notice could not be read on ${days.replaceAll(',', ', ')}`,
  calendar: (version) => `按日历 ${version} 重新计算 / counted anew by the calendar ${version}`,
  // By which mending, the case itself says.
  moved: () => '期限变更，经第二人复核 / moved, and confirmed by a second person',
};

/** The words for the code that an addendum bears: its kind, and what it is about. */
export function addendumReason(code: string): string {
  const end = code.indexOf(':');
  return reasons[code.slice(0, end)]?.(code.slice(end + 1)) ?? code;
}
