#!/bin/sh
# What azd runs before it makes resources (azure.yaml). Running it again changes nothing.
#
#   1. Refuse values that azd can't carry.
#   2. Take the vault of this environment back if it was deleted: its name is taken for 90 days, and its secrets are good.
#   3. Keep the names that exist: NAME_SUFFIX is set to what the group's storage account ends in.
set -eu

here=$(dirname "$0")

fail() {
    echo "$0: $1" >&2
    exit 1
}

python3 "$here/parameters.py" > /dev/null || fail 'nothing was made; set these anew'

if ! az account show > /dev/null 2>&1; then
    echo "$0: the Azure CLI is not signed in: neither a deleted vault nor names that exist are looked for" >&2
    exit 0
fi
[ -z "${AZURE_SUBSCRIPTION_ID:-}" ] || az account set --subscription "$AZURE_SUBSCRIPTION_ID"

group=${AZURE_RESOURCE_GROUP_NAME:-rg-$AZURE_ENV_NAME}
suffix=${NAME_SUFFIX:-}
exists=$(az group exists --name "$group")

keep() { # names that end in $1
    [ -z "${GITHUB_ENV:-}" ] || echo "NAME_SUFFIX=$1" >> "$GITHUB_ENV"
    ! command -v azd > /dev/null || azd env set NAME_SUFFIX "$1"
}

lower() {
    tr '[:upper:]' '[:lower:]'
}

mine=$(echo "$AZURE_ENV_NAME" | lower)

of() { # names in $1, a line each with its environment behind a tab: those of ours (=), or of others (!)
    echo "$1" | while IFS="$(printf '\t')" read -r name environment; do
        if [ "$(echo "$environment" | lower)" "$2=" "$mine" ]; then echo "$name"; fi
    done
}

only_one() { # of the names in $1, of which there may be none
    case $1 in *"
"*) fail "several in $group: $(echo "$1" | tr '\n' ' '); set NAME_SUFFIX to what follows '$2' in the right one" ;; esac
}

accounts=''
[ "$exists" = false ] || accounts=$(az storage account list --resource-group "$group" --output tsv --query \
    "[?starts_with(name, 'stbridge')].[name, tags.\"azd-env-name\"]")
foreign=$(of "$accounts" '!')
[ -z "$foreign" ] || fail "$group holds the environment $(echo "$accounts" | cut -f2 | tr '\n' ' '): one environment a group"

deleted=$(az keyvault list-deleted --resource-type vault --output tsv --query "[?
    starts_with(name, 'kv-$(printf %.13s "$suffix")') && contains(properties.vaultId, '/resourceGroups/$group/')
    ].[name, properties.tags.\"azd-env-name\"]")
deleted=$(of "$deleted" '')
only_one "$deleted" kv-
if [ -n "$deleted" ]; then
    if [ "$exists" = false ]; then
        [ -z "${AZURE_RESOURCE_GROUP_NAME:-}" ] || fail "there is no group $group; make it, or leave AZURE_RESOURCE_GROUP_NAME empty"
        az group create --name "$group" --location "$AZURE_LOCATION" --output none
    fi
    az keyvault recover --name "$deleted" --output none
    echo "vault $deleted: taken back, with its secrets"
    [ -n "$suffix" ] || keep "${deleted#kv-}"
    exit 0
fi

[ -z "$suffix" ] || exit 0
account=$(of "$accounts" '')
only_one "$account" stbridge
[ -n "$account" ] || exit 0
keep "${account#stbridge}"
echo "names: those of $account are kept"
