// What several modules have in common.

@export()
@description('Tags of a resource.')
type resourceTags = {
  @description('Value of the tag of this name.')
  *: string
}

@export()
@description('Plans and groups that the mapping leaves to settings: PLAN_… and GROUP_….')
type mappingSettings = {
  @description('Id of a plan, or of an Entra group.')
  *: string
}

@export()
@description('A service of the resource that gets a private address.')
type privateService = {
  @description('What private endpoints call it, e.g. blob.')
  name: string

  @description('DNS zone of its private addresses.')
  zone: string
}
