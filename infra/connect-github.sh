#!/bin/sh
# Let the workflow `deploy` sign in to Azure without a password; running it again changes nothing.
#
#   infra/connect-github.sh OWNER/REPOSITORY [--environment production] [--subject SUBJECT]
#
# Sign in with `az login` (Owner of the subscription, and allowed to register applications) and `gh auth login` first. It
# registers an application that only jobs of this environment of this repository can sign in as, gives it what a deployment
# needs on the current subscription, and nothing in Microsoft Graph, and tells GitHub its ids.
set -eu

# The roles that infra/app/roles.bicep gives: it may give no others, nor take them away.
GIVES='b7e6dc6d-f1e8-4753-8033-0f276bb0955b, 974c5e8b-45b9-4653-ba55-5f855dd0fb88, 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3, 3913510d-42f4-4e42-8a64-420c390055eb, 4633458b-17de-408a-b874-0445c86b69e6, b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
ID='Microsoft.Authorization/roleAssignments:RoleDefinitionId'
CONDITION="((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[$ID] ForAnyOfAnyValues:GuidEquals {$GIVES})) AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Resource[$ID] ForAnyOfAnyValues:GuidEquals {$GIVES}))"

fail() {
    echo "$0: $1" >&2
    exit 1
}

repository='' environment=production subject=''
while [ $# -gt 0 ]; do
    case $1 in
        --environment) [ $# -ge 2 ] || fail '--environment needs a name'; environment=$2; shift 2 ;;
        --subject) [ $# -ge 2 ] || fail '--subject needs what stands in the claim sub'; subject=$2; shift 2 ;;
        -*) fail "unknown option $1" ;;
        *) repository=$1; shift ;;
    esac
done
case $repository in */*/* | *[!A-Za-z0-9._/-]* | /* | */) fail "'$repository' is not OWNER/REPOSITORY" ;; */*) ;; *) fail 'which repository? Give OWNER/REPOSITORY' ;; esac
case $environment in '' | *[!A-Za-z0-9._-]*) fail "'$environment' is no name of an environment" ;; esac

gh api "repos/$repository" --silent || fail "GitHub shows no repository $repository to you"
if [ -z "$subject" ]; then
    # Repositories may have a form of their own for the subject, and new ones have ids in it. 404: the usual one.
    form=$(gh api "repos/$repository/actions/oidc/customization/sub" --jq '"\(.use_default) \(.sub_claim_prefix // "")"' 2> /dev/null) || form='true '
    [ "${form%% *}" = true ] || fail "$repository has a subject of its own form; give it by --subject"
    prefix=${form#* }
    subject="${prefix:-repo:$repository}:environment:$environment"
fi

subscription=$(az account show --query id --output tsv)
tenant=$(az account show --query tenantId --output tsv)
name="deploy $repository $environment"
client=$(az ad app list --display-name "$name" --query '[0].appId' --output tsv)
[ -n "$client" ] || client=$(az ad app create --display-name "$name" --query appId --output tsv)
principal=$(az ad sp list --filter "appId eq '$client'" --query '[0].id' --output tsv)
[ -n "$principal" ] || principal=$(az ad sp create --id "$client" --query id --output tsv)

known=$(az ad app federated-credential list --id "$client" --query "[?subject=='$subject'].name" --output tsv)
[ -n "$known" ] || az ad app federated-credential create --id "$client" --output none --parameters "{
    \"name\": \"github-$environment\", \"issuer\": \"https://token.actions.githubusercontent.com\",
    \"subject\": \"$subject\", \"audiences\": [\"api://AzureADTokenExchange\"]}"

on() {
    az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \
        --scope "/subscriptions/$subscription" --output none "$@"
}
on --role Contributor
on --role 'Role Based Access Control Administrator' --condition "$CONDITION" --condition-version 2.0

gh api --method PUT "repos/$repository/environments/$environment" --silent
for pair in "AZURE_CLIENT_ID=$client" "AZURE_TENANT_ID=$tenant" "AZURE_SUBSCRIPTION_ID=$subscription"; do
    gh variable set "${pair%%=*}" --repo "$repository" --env "$environment" --body "${pair#*=}"
done
echo "$subject may sign in as $client"
