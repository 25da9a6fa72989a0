# bash completion for shopwarden: source <(shopwarden completion bash)
# Written by scripts/completions.py from the parsers; changes here are lost.
_shopwarden_words() {
    case "$1" in
    "shopwarden") echo "devices enrol unenrol events search timeline retention holds deletions rescan requests me documents incidents backup keys attachments import export alerts lock reboot refetch lost found ring message freeze unfreeze keep-alive call commands batches consoles delivery employees figures intercept pin provision policy audit setup web wipe wipes completion prove heads doctor unlock verify demo scan mask init check-config run verify-proof cosign restore verify-bundle reindex web-account connect-shop shops --help --state --socket --shop --lang --json --jsonl --version --readonly --plain --theme --ascii --no-mouse --check-config" ;;
    "shopwarden alerts") echo "list show history ack resolve reopen suppress note assign --help --state --socket --shop --lang --json --jsonl --status --severity --device --employee --rule --assignee --unassigned --before --limit" ;;
    "shopwarden alerts ack") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --note" ;;
    "shopwarden alerts assign") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --to --me --nobody --note" ;;
    "shopwarden alerts history") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden alerts list") echo "--help --state --socket --shop --lang --json --jsonl --status --severity --device --employee --rule --assignee --unassigned --before --limit" ;;
    "shopwarden alerts note") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --note" ;;
    "shopwarden alerts reopen") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --note" ;;
    "shopwarden alerts resolve") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --note" ;;
    "shopwarden alerts show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden alerts suppress") echo "--help --state --socket --shop --lang --json --jsonl --marked-file --note" ;;
    "shopwarden attachments") echo "list save --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden attachments list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden attachments save") echo "--help --state --socket --shop --lang --json --jsonl --reason --output" ;;
    "shopwarden audit") echo "list --help --state --socket --shop --lang --json --jsonl --actor --action --target --outcome --since --until --limit" ;;
    "shopwarden audit list") echo "--help --state --socket --shop --lang --json --jsonl --actor --action --target --outcome --since --until --limit" ;;
    "shopwarden backup") echo "--help --state --socket --shop --lang --json --jsonl --keep --existing --recheck --snapshot --limit --key-file --passphrase-fd --credential --config" ;;
    "shopwarden batches") echo "list show --help --state --socket --shop --lang --json --jsonl --limit" ;;
    "shopwarden batches list") echo "--help --state --socket --shop --lang --json --jsonl --limit" ;;
    "shopwarden batches show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden call") echo "--help --state --socket --shop --lang --json --jsonl --reason --wait --expires --key --yes --event --conversation" ;;
    "shopwarden check-config") echo "--help --lang --state --config --json --jsonl" ;;
    "shopwarden commands") echo "list show cancel approve reject decide --help --state --socket --shop --lang --json --jsonl --device --status --open --batch --limit" ;;
    "shopwarden commands approve") echo "--help --state --socket --shop --lang --json --jsonl --name --reason" ;;
    "shopwarden commands cancel") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden commands decide") echo "--help --state --socket --shop --lang --json --jsonl --reason --done --not-done" ;;
    "shopwarden commands list") echo "--help --state --socket --shop --lang --json --jsonl --device --status --open --batch --limit" ;;
    "shopwarden commands reject") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden commands show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden completion") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden connect-shop") echo "--help --lang --json --jsonl --name --words-fd" ;;
    "shopwarden consoles") echo "list invite revoke --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden consoles invite") echo "--help --state --socket --shop --lang --json --jsonl --name --role --employee --for --no-wait" ;;
    "shopwarden consoles list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden consoles revoke") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden cosign") echo "init trust sign last list --help --lang" ;;
    "shopwarden cosign init") echo "--help --json --jsonl --lang --witness-dir --name" ;;
    "shopwarden cosign last") echo "--help --json --jsonl --lang --witness-dir --output" ;;
    "shopwarden cosign list") echo "--help --json --jsonl --lang --witness-dir" ;;
    "shopwarden cosign sign") echo "--help --json --jsonl --lang --witness-dir --output" ;;
    "shopwarden cosign trust") echo "--help --json --jsonl --lang --witness-dir" ;;
    "shopwarden deletions") echo "list --help --state --socket --shop --lang --json --jsonl --limit" ;;
    "shopwarden deletions list") echo "--help --state --socket --shop --lang --json --jsonl --limit" ;;
    "shopwarden delivery") echo "status test mute unmute stop start dead --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden delivery dead") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden delivery mute") echo "--help --state --socket --shop --lang --json --jsonl --for --reason" ;;
    "shopwarden delivery start") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden delivery status") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden delivery stop") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden delivery test") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden delivery unmute") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden demo") echo "--help --headless --phones --json --jsonl --scenario --seed --latency-s --state --host --lang" ;;
    "shopwarden devices") echo "list show connect disconnect discover verbs pair wireless --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices connect") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices disconnect") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices discover") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices pair") echo "--help --state --socket --shop --lang --json --jsonl --code --qr --ascii" ;;
    "shopwarden devices show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices verbs") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden devices wireless") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden doctor") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden documents") echo "assessment notices --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden documents assessment") echo "list new template show accept --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden documents assessment accept") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden documents assessment list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden documents assessment new") echo "--help --state --socket --shop --lang --json --jsonl --file --language" ;;
    "shopwarden documents assessment show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden documents assessment template") echo "--help --state --socket --shop --lang --json --jsonl --language" ;;
    "shopwarden documents notices") echo "--help --state --socket --shop --lang --json --jsonl --acknowledged-by" ;;
    "shopwarden employees") echo "list show leave leaving --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden employees leave") echo "--help --state --socket --shop --lang --json --jsonl --to --return-date --freeze-date --reason --check" ;;
    "shopwarden employees leaving") echo "--help --state --socket --shop --lang --json --jsonl --reason --note --out" ;;
    "shopwarden employees list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden employees show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden enrol") echo "--help --state --socket --shop --lang --json --jsonl --employee --notice-version --acknowledged-by --scope" ;;
    "shopwarden events") echo "--help --state --socket --shop --lang --json --jsonl --device --employee --kind --direction --since --until --peer --person --conversation --attachments --trace --alerts --limit --reveal --reason --id" ;;
    "shopwarden export") echo "ask list show approve refuse fetch --help --state --socket --shop --lang --json --jsonl --case --reason --device --employee --peer --conversation --since --until --kind --unmasked --media" ;;
    "shopwarden export approve") echo "--help --state --socket --shop --lang --json --jsonl --reason --yes" ;;
    "shopwarden export ask") echo "--help --state --socket --shop --lang --json --jsonl --case --reason --device --employee --peer --conversation --since --until --kind --unmasked --media" ;;
    "shopwarden export fetch") echo "--help --state --socket --shop --lang --json --jsonl --output" ;;
    "shopwarden export list") echo "--help --state --socket --shop --lang --json --jsonl --state-is" ;;
    "shopwarden export refuse") echo "--help --state --socket --shop --lang --json --jsonl --reason --yes" ;;
    "shopwarden export show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden figures") echo "--help --state --socket --shop --lang --json --jsonl --since --until --bucket --device --employee" ;;
    "shopwarden found") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --clear-pin --package" ;;
    "shopwarden freeze") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --package" ;;
    "shopwarden heads") echo "list show print export check request import --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden heads check") echo "--help --state --socket --shop --lang --json --jsonl --text" ;;
    "shopwarden heads export") echo "--help --state --socket --shop --lang --json --jsonl --witness" ;;
    "shopwarden heads import") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden heads list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden heads print") echo "--help --state --socket --shop --lang --json --jsonl --ascii --png --html --witness" ;;
    "shopwarden heads request") echo "--help --state --socket --shop --lang --json --jsonl --last --new --output" ;;
    "shopwarden heads show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden holds") echo "list add end --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden holds add") echo "--help --state --socket --shop --lang --json --jsonl --reason --until --device --employee --peer --conversation --class --from --to --everything" ;;
    "shopwarden holds end") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden holds list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden import") echo "--help --state --socket --shop --lang --json --jsonl --device --kind --check" ;;
    "shopwarden incidents") echo "list add show note close template --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden incidents add") echo "--help --state --socket --shop --lang --json --jsonl --what --noticed --told" ;;
    "shopwarden incidents close") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden incidents list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden incidents note") echo "--help --state --socket --shop --lang --json --jsonl --text --told" ;;
    "shopwarden incidents show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden incidents template") echo "--help --state --socket --shop --lang --json --jsonl --language" ;;
    "shopwarden init") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --store-name --check --keys-only --timezone --notice-title --notice-file" ;;
    "shopwarden intercept") echo "status on off list --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden intercept list") echo "--help --state --socket --shop --lang --json --jsonl --device --alert --open" ;;
    "shopwarden intercept off") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden intercept on") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden intercept status") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden keep-alive") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --setting" ;;
    "shopwarden keys") echo "list rotate --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden keys list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden keys rotate") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden lock") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes" ;;
    "shopwarden lost") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --message --ring --new-pin --package" ;;
    "shopwarden mask") echo "--help --lang --json --jsonl" ;;
    "shopwarden me") echo "ask acknowledge --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden me acknowledge") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden me ask") echo "--help --state --socket --shop --lang --json --jsonl --kind --note" ;;
    "shopwarden message") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --text --title" ;;
    "shopwarden pin") echo "list show set record forget --help --state --socket --shop --lang --json --jsonl --device" ;;
    "shopwarden pin forget") echo "--help --state --socket --shop --lang --json --jsonl --reason --yes" ;;
    "shopwarden pin list") echo "--help --state --socket --shop --lang --json --jsonl --device" ;;
    "shopwarden pin record") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden pin set") echo "--help --state --socket --shop --lang --json --jsonl --reason --type --wait" ;;
    "shopwarden pin show") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden policy") echo "check packs rules state try explain --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden policy check") echo "--help --lang --json --jsonl --notes --strict" ;;
    "shopwarden policy explain") echo "--help --lang --json --jsonl --policy --side --channel --prev" ;;
    "shopwarden policy packs") echo "--help --lang --json --jsonl" ;;
    "shopwarden policy rules") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden policy state") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden policy try") echo "--help --state --socket --shop --lang --json --jsonl --with --since --until --phone --limit" ;;
    "shopwarden prove") echo "--help --state --socket --shop --lang --json --jsonl --reveal --reason --head --output" ;;
    "shopwarden provision") echo "run list show cancel confirm notice acknowledge bench receipt schema example --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden provision acknowledge") echo "--help --state --socket --shop --lang --json --jsonl --at-bench --ascii --employee --code --output" ;;
    "shopwarden provision bench") echo "--help --state --socket --shop --lang --json --jsonl --ascii" ;;
    "shopwarden provision cancel") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden provision confirm") echo "--help --state --socket --shop --lang --json --jsonl --note" ;;
    "shopwarden provision example") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden provision list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden provision notice") echo "--help --state --socket --shop --lang --json --jsonl --at-bench --ascii" ;;
    "shopwarden provision receipt") echo "--help --state --socket --shop --lang --json --jsonl --output" ;;
    "shopwarden provision run") echo "--help --state --socket --shop --lang --json --jsonl --check --resume --jobs --employees --report --wait-for-phones" ;;
    "shopwarden provision schema") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden provision show") echo "--help --state --socket --shop --lang --json --jsonl --report" ;;
    "shopwarden reboot") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes" ;;
    "shopwarden refetch") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes" ;;
    "shopwarden reindex") echo "--help --lang --state --config --passphrase-fd --key-file --credential" ;;
    "shopwarden requests") echo "add list show reach assign note answer correct mark lift extend close erase refuse copy approve --help --state --socket --shop --lang --json --jsonl --in" ;;
    "shopwarden requests add") echo "--help --state --socket --shop --lang --json --jsonl --kind --subject --received --channel --note" ;;
    "shopwarden requests answer") echo "--help --state --socket --shop --lang --json --jsonl --reason --outcome" ;;
    "shopwarden requests approve") echo "--help --state --socket --shop --lang --json --jsonl --reason --yes" ;;
    "shopwarden requests assign") echo "--help --state --socket --shop --lang --json --jsonl --to" ;;
    "shopwarden requests close") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden requests copy") echo "--help --state --socket --shop --lang --json --jsonl --output" ;;
    "shopwarden requests correct") echo "--help --state --socket --shop --lang --json --jsonl --text" ;;
    "shopwarden requests erase") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden requests extend") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden requests lift") echo "--help --state --socket --shop --lang --json --jsonl --reason --conversation" ;;
    "shopwarden requests list") echo "--help --state --socket --shop --lang --json --jsonl --in" ;;
    "shopwarden requests mark") echo "--help --state --socket --shop --lang --json --jsonl --reason --conversation" ;;
    "shopwarden requests note") echo "--help --state --socket --shop --lang --json --jsonl --text" ;;
    "shopwarden requests reach") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden requests refuse") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden requests show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden rescan") echo "list start show cancel --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden rescan cancel") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden rescan list") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden rescan show") echo "--help --state --socket --shop --lang --json --jsonl --wait" ;;
    "shopwarden rescan start") echo "--help --state --socket --shop --lang --json --jsonl --reason --since --until --device --source --tell --wait" ;;
    "shopwarden restore") echo "--help --lang --state --config --passphrase-fd --key-file --credential --shares-fd --share --ask-shares --escrow --escrow-passphrase-fd --json --jsonl --snapshot --heads" ;;
    "shopwarden retention") echo "show run confirm-clock --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden retention confirm-clock") echo "--help --state --socket --shop --lang --json --jsonl --reason" ;;
    "shopwarden retention run") echo "--help --state --socket --shop --lang --json --jsonl --reason --check --yes" ;;
    "shopwarden retention show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden ring") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --for" ;;
    "shopwarden run") echo "--help --lang --state --config --passphrase-fd --key-file --credential --sealed" ;;
    "shopwarden scan") echo "--help --lang --json --jsonl --policy" ;;
    "shopwarden search") echo "--help --state --socket --shop --lang --json --jsonl --device --employee --kind --direction --since --until --peer --person --conversation --attachments --trace --alerts --limit --reveal --reason" ;;
    "shopwarden setup") echo "--help --state --socket --shop --lang --json --jsonl --yes --store-name --timezone --notice-title --notice-file --passphrase-fd --key-file --credential --no-start --ascii" ;;
    "shopwarden shops") echo "list find forget --help --lang --json --jsonl" ;;
    "shopwarden shops find") echo "--help --lang --json --jsonl" ;;
    "shopwarden shops forget") echo "--help --lang --json --jsonl" ;;
    "shopwarden shops list") echo "--help --lang --json --jsonl" ;;
    "shopwarden simphone") echo "--help --lang" ;;
    "shopwarden timeline") echo "--help --state --socket --shop --lang --json --jsonl --peer --conversation --employee --device --at --before --after --reveal --reason" ;;
    "shopwarden unenrol") echo "--help --state --socket --shop --lang --json --jsonl --reason --yes" ;;
    "shopwarden unfreeze") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --package" ;;
    "shopwarden unlock") echo "--help --state --socket --shop --lang --json --jsonl --all --group --reason --wait --expires --key --yes --passphrase-fd --status" ;;
    "shopwarden verify") echo "--help --state --socket --shop --lang --json --jsonl --since --offline --media --index --key-file --passphrase-fd --credential --config" ;;
    "shopwarden verify-bundle") echo "--help --lang --json --jsonl --key" ;;
    "shopwarden verify-proof") echo "--help --lang --json --jsonl --public-key --head --witness-key --attachment" ;;
    "shopwarden web") echo "--help --state --socket --shop --lang --json --jsonl --port --bind --public-url" ;;
    "shopwarden web-account") echo "--help --lang --json --jsonl --role --password-fd" ;;
    "shopwarden wipe") echo "--help --state --socket --shop --lang --json --jsonl --reason --name --without-last-read --check --key --wait" ;;
    "shopwarden wipes") echo "show --help --state --socket --shop --lang --json --jsonl" ;;
    "shopwarden wipes show") echo "--help --state --socket --shop --lang --json --jsonl" ;;
    "shopwardend") echo "run init check-config verify reindex scan mask policy verify-proof verify-ack heads cosign verify-bundle backup backup-list backup-drill restore keys install-service upgrade config-reference adb-server connect-shop shops web-account demo --help --lang --version" ;;
    "shopwardend adb-server") echo "--help --lang --port --home --binary" ;;
    "shopwardend backup") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --keep --existing --recheck" ;;
    "shopwardend backup-drill") echo "--help --lang --state --config --passphrase-fd --key-file --credential --shares-fd --share --ask-shares --escrow --escrow-passphrase-fd --json --jsonl --snapshot --temporary" ;;
    "shopwardend backup-list") echo "--help --lang --json --jsonl" ;;
    "shopwardend check-config") echo "--help --lang --state --config --json --jsonl" ;;
    "shopwardend config-reference") echo "--help --lang --json --jsonl --schema" ;;
    "shopwardend connect-shop") echo "--help --lang --json --jsonl --name --words-fd" ;;
    "shopwardend cosign") echo "init trust sign last list --help --lang" ;;
    "shopwardend cosign init") echo "--help --json --jsonl --lang --witness-dir --name" ;;
    "shopwardend cosign last") echo "--help --json --jsonl --lang --witness-dir --output" ;;
    "shopwardend cosign list") echo "--help --json --jsonl --lang --witness-dir" ;;
    "shopwardend cosign sign") echo "--help --json --jsonl --lang --witness-dir --output" ;;
    "shopwardend cosign trust") echo "--help --json --jsonl --lang --witness-dir" ;;
    "shopwardend demo") echo "--help --lang" ;;
    "shopwardend heads") echo "check rebuild --help --lang" ;;
    "shopwardend heads check") echo "--help --state --config --passphrase-fd --key-file --credential --json --jsonl --lang --text" ;;
    "shopwardend heads rebuild") echo "--help --state --config --passphrase-fd --key-file --credential --lang" ;;
    "shopwardend init") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --store-name --check --keys-only --timezone --notice-title --notice-file" ;;
    "shopwardend install-service") echo "--help --lang --json --jsonl --prefix --user --adb-port --key --drop-in --store-name --timezone --program --no-start --uninstall --dry-run" ;;
    "shopwardend keys") echo "add-passphrase change-passphrase list add-key-file add-credential shares recover make-escrow add-escrow open-escrow remove rotate --help --lang" ;;
    "shopwardend keys add-credential") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --make --with-key" ;;
    "shopwardend keys add-escrow") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --fingerprint" ;;
    "shopwardend keys add-key-file") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl" ;;
    "shopwardend keys add-passphrase") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --new-passphrase-fd --name" ;;
    "shopwardend keys change-passphrase") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --new-passphrase-fd --name" ;;
    "shopwardend keys list") echo "--help --lang --state --config --json --jsonl" ;;
    "shopwardend keys make-escrow") echo "--help --lang --json --jsonl --name --new-passphrase-fd" ;;
    "shopwardend keys open-escrow") echo "--help --lang --state --config --json --jsonl --escrow-passphrase-fd --new-passphrase-fd" ;;
    "shopwardend keys recover") echo "--help --lang --state --config --json --jsonl --shares-fd --new-passphrase-fd" ;;
    "shopwardend keys remove") echo "--help --lang --state --config --json --jsonl --yes" ;;
    "shopwardend keys rotate") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl" ;;
    "shopwardend keys shares") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --threshold --count --output" ;;
    "shopwardend mask") echo "--help --lang --json --jsonl" ;;
    "shopwardend policy") echo "check packs rules state try explain --help --lang" ;;
    "shopwardend policy check") echo "--help --lang --json --jsonl --notes --strict" ;;
    "shopwardend policy explain") echo "--help --lang --json --jsonl --policy --side --channel --prev" ;;
    "shopwardend policy packs") echo "--help --lang --json --jsonl" ;;
    "shopwardend policy rules") echo "" ;;
    "shopwardend policy state") echo "" ;;
    "shopwardend policy try") echo "" ;;
    "shopwardend reindex") echo "--help --lang --state --config --passphrase-fd --key-file --credential" ;;
    "shopwardend restore") echo "--help --lang --state --config --passphrase-fd --key-file --credential --shares-fd --share --ask-shares --escrow --escrow-passphrase-fd --json --jsonl --snapshot --heads" ;;
    "shopwardend run") echo "--help --lang --state --config --passphrase-fd --key-file --credential --sealed" ;;
    "shopwardend scan") echo "--help --lang --json --jsonl --policy" ;;
    "shopwardend shops") echo "list find forget --help --lang --json --jsonl" ;;
    "shopwardend shops find") echo "--help --lang --json --jsonl" ;;
    "shopwardend shops forget") echo "--help --lang --json --jsonl" ;;
    "shopwardend shops list") echo "--help --lang --json --jsonl" ;;
    "shopwardend upgrade") echo "--help --lang --state --config --json --jsonl --to --finish --root --no-service --timeout" ;;
    "shopwardend verify") echo "--help --lang --state --config --passphrase-fd --key-file --credential --json --jsonl --since --media --index" ;;
    "shopwardend verify-ack") echo "--help --lang --json --jsonl --public-key" ;;
    "shopwardend verify-bundle") echo "--help --lang --json --jsonl --key" ;;
    "shopwardend verify-proof") echo "--help --lang --json --jsonl --public-key --head --witness-key --attachment" ;;
    "shopwardend web-account") echo "--help --lang --json --jsonl --role --password-fd" ;;
    *) return 1 ;;
    esac
}
_shopwarden_value() {
    case "$1|$2" in
    "shopwarden call|--key" | "shopwarden found|--key" | "shopwarden freeze|--key" | "shopwarden keep-alive|--key" | "shopwarden lock|--key" | "shopwarden lost|--key" | "shopwarden message|--key" | "shopwarden reboot|--key" | "shopwarden refetch|--key" | "shopwarden ring|--key" | "shopwarden unfreeze|--key" | "shopwarden unlock|--key" | "shopwarden verify-bundle|--key" | "shopwarden wipe|--key" | "shopwardend verify-bundle|--key") echo "" ;;
    "shopwardend install-service|--key") echo "credential passphrase" ;;
    "shopwarden me ask|--kind" | "shopwarden requests add|--kind") echo "access copy correction deletion objection" ;;
    "shopwarden import|--kind") echo "auto sms-xml calls-xml csv-calls csv-messages recordings" ;;
    "shopwarden export|--kind" | "shopwarden export ask|--kind") echo "message call contact absence notification recording" ;;
    "shopwarden events|--kind" | "shopwarden search|--kind") echo "message call contact absence notification recording sms mms call_log contacts notifications recordings call_state imported" ;;
    "shopwarden audit|--outcome" | "shopwarden audit list|--outcome") echo "" ;;
    "shopwarden requests answer|--outcome") echo "granted partly refused" ;;
    "shopwarden web-account|--role" | "shopwardend web-account|--role") echo "owner admin reviewer auditor" ;;
    "shopwarden consoles invite|--role") echo "owner admin reviewer auditor employee" ;;
    "shopwarden alerts|--status" | "shopwarden alerts list|--status") echo "open acknowledged resolved suppressed all" ;;
    "shopwarden commands|--status" | "shopwarden commands list|--status") echo "queued sent acknowledged failed not_now unknown expired cancelled" ;;
    *"|--acknowledged-by" | *"|--action" | *"|--actor" | *"|--adb-port" | *"|--after" | *"|--assignee" | *"|--at" | *"|--batch" | *"|--before" | *"|--bind" | *"|--case" | *"|--channel" | *"|--code" | *"|--conversation" | *"|--count" | *"|--credential" | *"|--employee" | *"|--escrow-passphrase-fd" | *"|--event" | *"|--expires" | *"|--fingerprint" | *"|--for" | *"|--freeze-date" | *"|--from" | *"|--group" | *"|--headless" | *"|--id" | *"|--jobs" | *"|--keep" | *"|--latency-s" | *"|--limit" | *"|--message" | *"|--name" | *"|--new-passphrase-fd" | *"|--note" | *"|--notice-title" | *"|--notice-version" | *"|--noticed" | *"|--package" | *"|--passphrase-fd" | *"|--password-fd" | *"|--peer" | *"|--person" | *"|--phones" | *"|--port" | *"|--prev" | *"|--public-url" | *"|--reason" | *"|--received" | *"|--return-date" | *"|--ring" | *"|--rule" | *"|--scenario" | *"|--scope" | *"|--seed" | *"|--setting" | *"|--shares-fd" | *"|--shop" | *"|--since" | *"|--snapshot" | *"|--source" | *"|--store-name" | *"|--subject" | *"|--target" | *"|--text" | *"|--threshold" | *"|--timeout" | *"|--timezone" | *"|--title" | *"|--to" | *"|--told" | *"|--until" | *"|--user" | *"|--wait" | *"|--wait-for-phones" | *"|--what" | *"|--with" | *"|--witness" | *"|--words-fd") echo "" ;;
    *"|--alert") echo "@alerts" ;;
    *"|--device" | *"|--phone") echo "@devices" ;;
    *"|--attachment" | *"|--binary" | *"|--config" | *"|--employees" | *"|--escrow" | *"|--file" | *"|--head" | *"|--heads" | *"|--home" | *"|--html" | *"|--key-file" | *"|--last" | *"|--make" | *"|--marked-file" | *"|--notice-file" | *"|--out" | *"|--output" | *"|--png" | *"|--policy" | *"|--prefix" | *"|--program" | *"|--public-key" | *"|--report" | *"|--root" | *"|--share" | *"|--socket" | *"|--state" | *"|--temporary" | *"|--witness-dir" | *"|--witness-key") echo "@files" ;;
    *"|--trace") echo "absent edited" ;;
    *"|--state-is") echo "asked approved refused expired executed" ;;
    *"|--with-key") echo "auto tpm2 host host+tpm2" ;;
    *"|--theme") echo "dark light contrast ansi" ;;
    *"|--lang" | *"|--language") echo "en zh" ;;
    *"|--drop-in") echo "fast internet" ;;
    *"|--bucket") echo "hour day" ;;
    *"|--direction") echo "in out none" ;;
    *"|--severity") echo "info low medium high critical" ;;
    *"|--class") echo "messages calls contacts notifications recordings oversight audit requests exports holds papers" ;;
    *"|--in") echo "received in_work extended answered closed" ;;
    *"|--side") echo "staff customer unknown" ;;
    *) return 1 ;;
    esac
}
_shopwarden_follows() {
    case "$1" in
    "shopwarden alerts ack") echo "@alerts" ;;
    "shopwarden alerts assign") echo "@alerts" ;;
    "shopwarden alerts history") echo "@alerts" ;;
    "shopwarden alerts note") echo "@alerts" ;;
    "shopwarden alerts reopen") echo "@alerts" ;;
    "shopwarden alerts resolve") echo "@alerts" ;;
    "shopwarden alerts show") echo "@alerts" ;;
    "shopwarden alerts suppress") echo "@alerts" ;;
    "shopwarden backup") echo "@files" ;;
    "shopwarden call") echo "@devices" ;;
    "shopwarden commands approve") echo "@commands" ;;
    "shopwarden commands cancel") echo "@commands" ;;
    "shopwarden commands decide") echo "@commands" ;;
    "shopwarden commands reject") echo "@commands" ;;
    "shopwarden commands show") echo "@commands" ;;
    "shopwarden completion") echo "bash zsh" ;;
    "shopwarden cosign trust") echo "@files" ;;
    "shopwarden delivery dead") echo "list retry drop" ;;
    "shopwarden devices show") echo "@devices" ;;
    "shopwarden devices verbs") echo "@devices" ;;
    "shopwarden devices wireless") echo "@devices" ;;
    "shopwarden employees leaving") echo "list show undo confirm report" ;;
    "shopwarden enrol") echo "@devices" ;;
    "shopwarden figures") echo "alerts replies battery" ;;
    "shopwarden found") echo "@devices" ;;
    "shopwarden freeze") echo "@devices" ;;
    "shopwarden heads check") echo "@files" ;;
    "shopwarden heads export") echo "@files" ;;
    "shopwarden heads import") echo "@files" ;;
    "shopwarden import") echo "@files" ;;
    "shopwarden keep-alive") echo "@devices" ;;
    "shopwarden lock") echo "@devices" ;;
    "shopwarden lost") echo "@devices" ;;
    "shopwarden message") echo "@devices" ;;
    "shopwarden pin forget") echo "@devices" ;;
    "shopwarden pin record") echo "@devices" ;;
    "shopwarden pin set") echo "@devices" ;;
    "shopwarden pin show") echo "@devices" ;;
    "shopwarden policy check") echo "@files" ;;
    "shopwarden policy try") echo "@files" ;;
    "shopwarden provision acknowledge") echo "@devices" ;;
    "shopwarden provision confirm") echo "@devices" ;;
    "shopwarden provision notice") echo "@devices" ;;
    "shopwarden provision receipt") echo "@devices" ;;
    "shopwarden provision run") echo "@files" ;;
    "shopwarden reboot") echo "@devices" ;;
    "shopwarden refetch") echo "@devices" ;;
    "shopwarden restore") echo "@files" ;;
    "shopwarden ring") echo "@devices" ;;
    "shopwarden unenrol") echo "@devices" ;;
    "shopwarden unfreeze") echo "@devices" ;;
    "shopwarden unlock") echo "@devices" ;;
    "shopwarden verify-bundle") echo "@files" ;;
    "shopwarden verify-proof") echo "@files" ;;
    "shopwarden wipe") echo "@devices" ;;
    "shopwarden wipes show") echo "@commands" ;;
    "shopwardend backup") echo "@files" ;;
    "shopwardend backup-drill") echo "@files" ;;
    "shopwardend backup-list") echo "@files" ;;
    "shopwardend cosign trust") echo "@files" ;;
    "shopwardend heads check") echo "@files" ;;
    "shopwardend keys add-key-file") echo "@files" ;;
    "shopwardend keys make-escrow") echo "@files" ;;
    "shopwardend keys recover") echo "@files" ;;
    "shopwardend policy check") echo "@files" ;;
    "shopwardend restore") echo "@files" ;;
    "shopwardend verify-ack") echo "@files" ;;
    "shopwardend verify-bundle") echo "@files" ;;
    "shopwardend verify-proof") echo "@files" ;;
    esac
}
_shopwarden() {
    local node="${1##*/}" word value="" place=() i expects=0
    local cur="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        [[ "$word" == "=" ]] && continue
        if ((expects)); then
            case "${COMP_WORDS[i - 1]}" in --state | --socket) place+=("${COMP_WORDS[i - 1]}" "$word") ;; esac
            expects=0
        elif value="$(_shopwarden_value "$node" "$word")"; then
            expects=1
        elif _shopwarden_words "$node $word" >/dev/null; then
            node="$node $word"
        fi
    done
    if ((expects)); then
        [[ "$cur" == "=" ]] && cur=""
    else
        value="$(_shopwarden_follows "$node")"
        if [[ "$cur" == -* || -z "$value" ]]; then
            value="$(_shopwarden_words "$node")"
            [[ "$cur" == -* ]] || value="$(printf '%s\n' $value | grep -v '^-')"
        fi
    fi
    case "$value" in
    @files)
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    @*) COMPREPLY=($(compgen -W "$(shopwarden "${place[@]}" completion "${value#@}" 2>/dev/null)" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$value" -- "$cur")) ;;
    esac
}
complete -o filenames -F _shopwarden shopwarden shopwardend
