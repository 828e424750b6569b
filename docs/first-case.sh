#!/usr/bin/env bash
# A first case by HTTP on the running sample service: from a draft to a notice whose window closes by itself.
# Needs curl and Node.js. Every answer is what the service says; nothing here is made up.
set -euo pipefail

HOST=${FUQUAN_URL:-http://127.0.0.1:3000}
UNIT=hohhot-university
AT=$HOST/api/v1/institutions/$UNIT

# One value of a JSON answer: `field '.items[0].id'`.
field() { node -e 'const a = JSON.parse(require("fs").readFileSync(0, "utf8")); console.log(new Function("a", `return a${process.argv[1]}`)(a))' "$1"; }
# A development token for a role, or for a role in a department.
token() { curl -sf "$HOST/dev/token?institution=$UNIT&role=$1${2:+&department=$2}" | field .token; }
# An act on the case: whose token, its name, its body. A refusal is shown, and ends the script.
act() {
  curl -s --fail-with-body -X POST "$AT/cases/$CASE/acts" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $2-$RANDOM$RANDOM" -d "{\"type\":\"$2\",\"body\":$3}"
  echo
}

INVENTOR=$(token member research)
OFFICER=$(token officer)
SECRETARY=$(token secretary)
ME=$(curl -sf "$HOST/api/v1/me" -H "Authorization: Bearer $INVENTOR" | field .personId)

echo '— a paper, a result, a draft'
printf '%%PDF-1.4\n%%example\n' > "${TMPDIR:-/tmp}/paper.pdf"
PAPER=$(curl -sf "$AT/documents" -H "Authorization: Bearer $INVENTOR" -F "file=@${TMPDIR:-/tmp}/paper.pdf;type=application/pdf" | field .document)
RESULT=$(curl -sf -X POST "$AT/achievements" -H "Authorization: Bearer $INVENTOR" -H 'Content-Type: application/json' \
  -d '{"title":"示例成果","kind":"patent","number":"ZL202610000001.0"}' | field .id)
EVIDENCE="{\"affirmed\":true,\"evidence\":[{\"document\":\"$PAPER\"}]}"
APPLICATION=$(cat <<JSON
{"mode":"coOwnership","achievementId":"$RESULT","title":"示例成果","resultKind":"patent","resultNumber":"ZL202610000001.0",
 "inventors":[{"personId":"$ME","share":"100"}],"coOwners":[],"representativeId":"$ME","unitShare":"30","incomeUnitShare":"30",
 "exclusions":{"nationalSecurity":false,"defenceSecurity":false,"publicSecurity":false,"economicSecurity":false,"socialStability":false},
 "secrecy":{"secret":false,"screened":{"document":"$PAPER"}},
 "conditions":{"clearTitle":$EVIDENCE,"clearProspects":$EVIDENCE,"definiteRecipient":$EVIDENCE,"strongWill":$EVIDENCE},
 "burdens":[],"exportCheck":{"needed":false},"ethicsCheck":{"needed":false}}
JSON
)
CASE=$(curl -sf -X POST "$AT/cases" -H "Authorization: Bearer $INVENTOR" -H 'Content-Type: application/json' -d "{\"application\":$APPLICATION}" | field .caseId)

echo '— what lies before it: steps, dates, clauses, people'
curl -s "$AT/cases/$CASE/draft/preview?format=text" -H "Authorization: Bearer $INVENTOR"
echo

echo '— sent, submitted, checked, reviewed'
act "$INVENTOR" sendForConsent '{}'
act "$INVENTOR" submit '{"representationConfirmed":true}'
act "$OFFICER" passCheck '{"conditions":["clearTitle","clearProspects","definiteRecipient","strongWill"],"secrecyChecked":true}'
for department in research stateAssets; do
  act "$(token departmentReviewer $department)" reviewAsDepartment "{\"department\":\"$department\",\"outcome\":\"agree\",\"opinion\":\"同意。\"}"
done

echo '— the leading group decides'
PAPER2=$(curl -sf "$AT/documents" -H "Authorization: Bearer $SECRETARY" -F "file=@${TMPDIR:-/tmp}/paper.pdf;type=application/pdf" | field .document)
MEMBERS=$(curl -sf "$AT/bodies" -H "Authorization: Bearer $SECRETARY" |
  field '.items.find((b) => b.body === "leadingGroup").members.map((m) => m.personId).join(" ")')
PRESENT=$(printf '"%s",' $MEMBERS)
VOTES=$(printf '{"personId":"%s","vote":"approve"},' $MEMBERS)
act "$SECRETARY" recordDecision "{\"body\":\"leadingGroup\",\"heldOn\":\"$(TZ=Asia/Shanghai date +%F)\",\"minutesNumber\":\"领纪1号\",
 \"minutes\":{\"document\":\"$PAPER2\"},\"present\":[${PRESENT%,}],\"substitutes\":[],\"recusals\":[],\"votes\":[${VOTES%,}],
 \"outcome\":\"approved\",\"conditions\":[]}"

echo '— the notice as the service composes it, confirmed by the officer'
DRAFT=$(curl -sf "$AT/cases/$CASE/notice-draft?kind=empowerment" -H "Authorization: Bearer $OFFICER")
BODY=$(echo "$DRAFT" | node -e '
  const d = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(JSON.stringify({ kind: "empowerment", content: d.content, contentDigest: d.contentDigest, place: "单位内网公示栏" }))')
act "$OFFICER" publishNotice "$BODY"

echo '— the window, with its clause; it closes by itself'
curl -s "$AT/cases/$CASE/deadlines" -H "Authorization: Bearer $OFFICER"
echo
