#!/bin/sh
# Give the app's identity what it needs in Microsoft Graph; running it again changes nothing.
#
#   infra/grant-graph-permissions.sh [PRINCIPAL_ID] [--mailbox ADDRESS]
#
# PRINCIPAL_ID is the object id of the identity; without it, azd's BRIDGE_PRINCIPAL_ID. Sign in with `az login` first, as a
# Privileged Role Administrator. With --mailbox it also prints what lets the app send mail from that mailbox alone:
# the tenant-wide Mail.Send is never granted here.
set -eu

GRAPH_APP=00000003-0000-0000-c000-000000000000
# Tasks of the mapped plans; people by mail or login; groups: their members, and subscriptions on them.
PERMISSIONS='Tasks.ReadWrite.All User.Read.All Group.Read.All'

fail() {
    echo "$0: $1" >&2
    exit 1
}

principal='' mailbox=''
while [ $# -gt 0 ]; do
    case $1 in
        --mailbox) [ $# -ge 2 ] || fail '--mailbox needs an address'; mailbox=$2; shift 2 ;;
        -*) fail "unknown option $1" ;;
        *) principal=$1; shift ;;
    esac
done
[ -n "$principal" ] || principal=$(azd env get-value BRIDGE_PRINCIPAL_ID) || fail 'which identity? Give its object id'
case $principal in *[!0-9a-fA-F-]*) fail "'$principal' is no object id" ;; esac
case $mailbox in *[!A-Za-z0-9@._+-]*) fail "'$mailbox' is no mail address" ;; esac

endpoint=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
assignments="${endpoint%/}/v1.0/servicePrincipals/$principal/appRoleAssignments"
graph=$(az ad sp show --id "$GRAPH_APP" --query id --output tsv)
granted=$(az rest --method get --url "$assignments" --query "value[?resourceId=='$graph'].appRoleId" --output tsv)

for permission in $PERMISSIONS; do
    role=$(az ad sp show --id "$GRAPH_APP" --output tsv \
        --query "appRoles[?value=='$permission' && contains(allowedMemberTypes, 'Application')].id")
    [ -n "$role" ] || fail "Microsoft Graph knows no application permission $permission"
    case $granted in
        *"$role"*) echo "$permission: granted already" ;;
        *)
            az rest --method post --url "$assignments" --output none \
                --body "{\"principalId\": \"$principal\", \"resourceId\": \"$graph\", \"appRoleId\": \"$role\"}"
            echo "$permission: granted"
            ;;
    esac
done

[ -n "$mailbox" ] || exit 0
client=$(az ad sp show --id "$principal" --query appId --output tsv)
cat <<END

To send mail from $mailbox alone, an Exchange administrator runs in Exchange Online PowerShell:

  New-ServicePrincipal -AppId $client -ObjectId $principal -DisplayName "ecm-planner-bridge"
  New-ManagementScope -Name "ecm-planner-bridge" -RecipientRestrictionFilter "PrimarySmtpAddress -eq '$mailbox'"
  New-ManagementRoleAssignment -App $principal -Role "Application Mail.Send" -CustomResourceScope "ecm-planner-bridge"
  Test-ServicePrincipalAuthorization -Identity $principal -Resource $mailbox
END
